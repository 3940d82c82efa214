-- Nothing is stored of these days yet.
INSERT INTO market.daily_prices
       (stock_id, trade_date, open_price, high_price, low_price, close_price, volume, amount, changes)
SELECT stock_id, staged.trade_date, open_price, high_price, low_price, close_price, volume, amount, changes
  FROM staged_prices AS staged
  JOIN staged_stocks USING (stock_no)
 WHERE staged.trade_date BETWEEN %(first)s AND %(last)s
