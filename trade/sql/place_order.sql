-- One statement: the holding that a first buy needs, and the order. DO UPDATE only where there is nothing to find, so that a
-- holding that exists is not touched.
WITH existing AS (
    SELECT holding_id FROM account.holdings WHERE (portfolio_id, stock_id) = (%(portfolio_id)s, %(stock_id)s)
), made AS (
    INSERT INTO account.holdings (portfolio_id, stock_id, quantity, avg_purchase_price)
    SELECT %(portfolio_id)s, %(stock_id)s, 0, 0 WHERE NOT EXISTS (SELECT FROM existing)
        ON CONFLICT (portfolio_id, stock_id) DO UPDATE SET stock_id = EXCLUDED.stock_id
    RETURNING holding_id
)
INSERT INTO trade.orders (holding_id, pick_id, order_type, side, quantity, limit_price, stop_price, expires_at, created_by)
SELECT holding_id, %(pick_id)s, %(order_type)s, %(side)s, %(quantity)s, %(limit_price)s, %(stop_price)s, %(expires_at)s,
       %(created_by)s
  FROM (SELECT holding_id FROM existing UNION ALL SELECT holding_id FROM made) AS holding
RETURNING *
