WITH standing AS (
    SELECT order_id, sum(executed_quantity) AS filled
      FROM trade.executions WHERE reverses_id IS NULL AND reversed_at IS NULL GROUP BY order_id
)
SELECT order_id, quantity, status, filled_quantity, filled
  FROM trade.orders LEFT JOIN standing USING (order_id)
 WHERE filled_quantity <> coalesce(filled, 0)
    OR (status <> 'CANCELLED'
        AND status <> CASE coalesce(filled, 0) WHEN 0 THEN 'PENDING' WHEN quantity THEN 'FILLED' ELSE 'PARTIAL_FILLED' END)
