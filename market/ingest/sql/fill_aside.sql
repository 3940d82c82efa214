-- In the order of days, as BRIN indexes want it.
INSERT INTO {month}
       (stock_id, trade_date, open_price, high_price, low_price, close_price, volume, amount, changes)
SELECT stock_id, trade_date, open_price, high_price, low_price, close_price, volume, amount, changes
  FROM staged_prices
 WHERE trade_date BETWEEN %(first)s AND %(last)s
 ORDER BY trade_date
