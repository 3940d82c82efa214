-- Where the rows of one file wait until all of them are read. The tables vanish with the transaction; several files in
-- one transaction of the caller's share its tables in turn.
DROP TABLE IF EXISTS pg_temp.staged_prices, pg_temp.staged_stocks, pg_temp.staged_rejects;

-- The types are those of the tables that the rows are going to.
CREATE TEMPORARY TABLE staged_prices ON COMMIT DROP AS
SELECT 0::bigint AS line, stock_id, volume, trade_date, open_price, high_price, low_price, close_price, amount, changes
  FROM market.daily_prices
  WITH NO DATA;

-- `trade_date` is the day that the facts are of; NULL for those of no day in particular. `reserved_id` is the number by
-- which rows of a price file name a stock that is not known yet.
CREATE TEMPORARY TABLE staged_stocks ON COMMIT DROP AS
SELECT stock_id, stock_id AS reserved_id, 0::integer AS stock_no, NULL::date AS trade_date, listing_date, market_cap,
       is_active, ticker, name, market_type, sector, industry
  FROM market.stocks
  WITH NO DATA;

CREATE TEMPORARY TABLE staged_rejects ON COMMIT DROP AS
SELECT line, reason, detail, raw, context
  FROM system.load_rejects
  WITH NO DATA
