DROP VIEW market.adjusted_prices;

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
