INSERT INTO market.daily_prices
       (stock_id, trade_date, open_price, high_price, low_price, close_price, volume, amount, changes)
SELECT stock_id, trade_date, open_price, high_price, low_price, close_price, volume, amount, changes
  FROM {told} AS told
 WHERE NOT EXISTS (SELECT FROM market.daily_prices AS stored
                    WHERE (stored.stock_id, stored.trade_date) = (told.stock_id, told.trade_date)
                      AND stored.trade_date BETWEEN %(first)s AND %(last)s)
