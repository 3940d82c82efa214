-- Find the newest closes of these stocks anew, looking into the partitions once: after a price was deleted or moved, or
-- when a price that was dated ahead has come of age.
CREATE OR REPLACE FUNCTION market.refresh_latest_prices(stock_ids bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    -- Whoever changes one of these rows at the same moment is waited for, so that the look below sees what it left.
    SELECT FROM market.latest_prices WHERE stock_id = ANY (stock_ids) ORDER BY stock_id FOR UPDATE;
    WITH newest AS MATERIALIZED (
        SELECT stock_id, found.trade_date, found.close_price
          FROM market.stocks
          LEFT JOIN LATERAL (
                SELECT trade_date, close_price
                  FROM market.daily_prices
                 WHERE daily_prices.stock_id = stocks.stock_id AND trade_date <= market.today(market_type)
                 ORDER BY trade_date DESC LIMIT 1) AS found ON true
         WHERE stock_id = ANY (stock_ids)
    ), without_any AS (
        DELETE FROM market.latest_prices AS latest
         USING newest
         WHERE latest.stock_id = newest.stock_id AND newest.trade_date IS NULL
    )
    INSERT INTO market.latest_prices AS latest (stock_id, trade_date, close_price)
    SELECT stock_id, trade_date, close_price
      FROM newest
     WHERE trade_date IS NOT NULL
     ORDER BY stock_id
        ON CONFLICT (stock_id) DO UPDATE
       SET trade_date = EXCLUDED.trade_date, close_price = EXCLUDED.close_price
     WHERE (latest.trade_date, latest.close_price) IS DISTINCT FROM (EXCLUDED.trade_date, EXCLUDED.close_price);
$$;
