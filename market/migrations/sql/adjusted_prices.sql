-- The steps in which orders may be priced: KOSPI and KOSDAQ since 2023-01-25, and SEC Rule 612.
CREATE FUNCTION market.tick(market_type text, price numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN market_type NOT IN ('KOSPI', 'KOSDAQ') THEN CASE WHEN price < 1 THEN 0.0001 ELSE 0.01 END
                WHEN price < 2000 THEN 1
                WHEN price < 5000 THEN 5
                WHEN price < 20000 THEN 10
                WHEN price < 50000 THEN 50
                WHEN price < 200000 THEN 100
                WHEN price < 500000 THEN 500
                ELSE 1000 END
$$;
COMMENT ON FUNCTION market.tick(text, numeric) IS 'The step in which orders of this price are priced, trading currency';

CREATE AGGREGATE market.product(numeric) (SFUNC = numeric_mul, STYPE = numeric, INITCOND = '1');
COMMENT ON AGGREGATE market.product(numeric) IS 'The product of the values; 1 of none';

-- Prices in today's shares. An action that is only announced changes nothing yet. Looked up row by row: the few actions
-- of a stock are one index probe, and any condition on stock and day reaches the partitions.
CREATE VIEW market.adjusted_prices AS
SELECT price.price_id, price.stock_id, price.trade_date,
       round(price.open_price / later.factor, 6) AS open_price,
       round(price.high_price / later.factor, 6) AS high_price,
       round(price.low_price / later.factor, 6) AS low_price,
       round(price.close_price / later.factor, 6) AS close_price,
       round(price.volume * later.factor)::bigint AS volume,
       price.amount,
       later.factor
  FROM market.daily_prices AS price
 CROSS JOIN LATERAL (
        SELECT market.product(action.price_factor) AS factor
          FROM market.corporate_actions AS action JOIN market.stocks AS stock ON stock.stock_id = action.stock_id
         WHERE action.stock_id = price.stock_id
           AND action.effective_date > price.trade_date
           AND action.effective_date <= market.today(stock.market_type)) AS later;
COMMENT ON VIEW market.adjusted_prices IS
    'Daily prices in today''s shares: raw prices divided by the factors of later splits, bonus and rights issues';

-- With the reader's rights, where the server can: PostgreSQL 14 reads a view with its owner's.
DO $$
BEGIN
    IF current_setting('server_version_num')::int >= 150000 THEN
        ALTER VIEW market.adjusted_prices SET (security_invoker = true);
    END IF;
END
$$;
