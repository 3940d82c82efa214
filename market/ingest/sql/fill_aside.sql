-- In the order of one of the indexes, which is then built without sorting; and what is read together lies together.
INSERT INTO {month}
       (stock_id, trade_date, open_price, high_price, low_price, close_price, volume, amount, changes)
SELECT stock_id, trade_date, open_price, high_price, low_price, close_price, volume, amount, changes
  FROM staged_prices
 WHERE trade_date BETWEEN %(first)s AND %(last)s
 ORDER BY trade_date, volume DESC
