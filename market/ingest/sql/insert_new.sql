INSERT INTO market.daily_prices
       (stock_id, trade_date, open_price, high_price, low_price, close_price, volume, amount, changes)
SELECT stock_id, trade_date, open_price, high_price, low_price, close_price, volume, amount, changes
  FROM differing_prices
 WHERE is_new
