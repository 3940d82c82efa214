-- An amended order is admitted like a new one, one that asks for less alone is not. After the whole statement, so that it holds all of its orders before it locks
-- a holding: row by row, a fill that has its order and waits for the holding would wait in a circle.
DECLARE
    changed bigint[] := ARRAY(
        SELECT order_id FROM amended JOIN before USING (order_id)
         WHERE amended.quantity > before.quantity
            OR (amended.holding_id, amended.pick_id) IS DISTINCT FROM (before.holding_id, before.pick_id));
    placed trade.orders;
BEGIN
    PERFORM FROM account.holdings
      WHERE holding_id IN (SELECT holding_id FROM amended WHERE order_id = ANY (changed) AND side = 'SELL')
      ORDER BY holding_id FOR NO KEY UPDATE;
    FOR placed IN SELECT * FROM amended WHERE order_id = ANY (changed) ORDER BY order_id LOOP
        PERFORM trade.admit(placed);
    END LOOP;
    RETURN NULL;
END
