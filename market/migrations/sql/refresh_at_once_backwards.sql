-- Find the newest closes of these stocks anew, looking into the partitions: after a price was deleted or moved, or when
-- a price that was dated ahead has come of age.
CREATE OR REPLACE FUNCTION market.refresh_latest_prices(stock_ids bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    -- Whoever changes one of these rows at the same moment is waited for, so that the look below sees what it left.
    SELECT FROM market.latest_prices WHERE stock_id = ANY (stock_ids) ORDER BY stock_id FOR UPDATE;
    DELETE FROM market.latest_prices AS latest
     WHERE stock_id = ANY (stock_ids)
       AND NOT EXISTS (SELECT FROM market.daily_prices
                         JOIN market.stocks USING (stock_id)
                        WHERE daily_prices.stock_id = latest.stock_id AND trade_date <= market.today(market_type));
    INSERT INTO market.latest_prices AS latest (stock_id, trade_date, close_price)
    SELECT stock_id, newest.trade_date, newest.close_price
      FROM market.stocks
     CROSS JOIN LATERAL (
            SELECT trade_date, close_price
              FROM market.daily_prices
             WHERE daily_prices.stock_id = stocks.stock_id AND trade_date <= market.today(market_type)
             ORDER BY trade_date DESC LIMIT 1) AS newest
     WHERE stock_id = ANY (stock_ids)
        ON CONFLICT (stock_id) DO UPDATE
       SET trade_date = EXCLUDED.trade_date, close_price = EXCLUDED.close_price
     WHERE (latest.trade_date, latest.close_price) IS DISTINCT FROM (EXCLUDED.trade_date, EXCLUDED.close_price);
$$;
