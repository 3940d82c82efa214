-- Rows that were attached with a month fired no trigger. Of each stock the newest row of the file is all that
-- `latest_price_on_insert` would have taken from them.
INSERT INTO market.latest_prices AS latest (stock_id, trade_date, close_price)
SELECT stock_id, trade_date, arrived.close_price
  FROM staged_stocks
  JOIN {month} AS arrived USING (stock_id, trade_date)
  JOIN market.stocks USING (stock_id)
 WHERE trade_date <= market.today(stocks.market_type)
 ORDER BY stock_id
    ON CONFLICT (stock_id) DO UPDATE
   SET trade_date = EXCLUDED.trade_date, close_price = EXCLUDED.close_price
 WHERE EXCLUDED.trade_date >= latest.trade_date
   AND (latest.trade_date, latest.close_price) IS DISTINCT FROM (EXCLUDED.trade_date, EXCLUDED.close_price)
