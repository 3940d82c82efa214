SELECT pick_id, is_executed
  FROM brain.daily_picks
 WHERE is_executed IS DISTINCT FROM EXISTS (
       SELECT FROM trade.orders JOIN trade.executions USING (order_id)
        WHERE orders.pick_id = daily_picks.pick_id AND reverses_id IS NULL AND reversed_at IS NULL)
