-- The oldest price of a market: one probe of the primary key for each stock and month, never a scan.
SELECT min(oldest.trade_date)
  FROM market.stocks
 CROSS JOIN LATERAL (SELECT trade_date FROM market.daily_prices
                      WHERE daily_prices.stock_id = stocks.stock_id ORDER BY trade_date LIMIT 1) AS oldest
 WHERE market_type = %(market)s
