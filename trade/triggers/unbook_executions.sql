-- Deleting un-books exactly, and only what nothing followed: anything else is corrected by a reversing entry.
DECLARE
    gone record;
BEGIN
    PERFORM FROM trade.orders
      WHERE order_id IN (SELECT order_id FROM removed) ORDER BY order_id FOR NO KEY UPDATE;
    PERFORM FROM account.holdings
      WHERE holding_id IN (SELECT holding_id FROM removed JOIN trade.orders USING (order_id))
      ORDER BY holding_id FOR NO KEY UPDATE;
    -- Booked later is what has the later cash entry, see trade.replay.
    IF EXISTS (SELECT FROM removed JOIN account.cash_entries AS entry USING (execution_id)
                 JOIN trade.orders AS placed ON placed.order_id = removed.order_id
                 JOIN trade.orders AS other USING (holding_id)
                 JOIN trade.executions AS standing ON standing.order_id = other.order_id
                 JOIN account.cash_entries AS later ON later.execution_id = standing.execution_id
                WHERE later.cash_entry_id > entry.cash_entry_id)
       OR EXISTS (SELECT FROM removed JOIN account.cash_entries AS entry USING (execution_id)
                    JOIN trade.orders AS placed ON placed.order_id = removed.order_id
                    JOIN trade.action_entries AS action USING (holding_id)
                   WHERE action.booked > entry.cash_entry_id) THEN
        RAISE EXCEPTION 'execution_followed: other executions or actions followed on the same holding'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_followed',
                  HINT = 'Reverse it (reverse_execution, or insert a row with reverses_id).';
    END IF;
    UPDATE trade.executions SET reversed_at = NULL WHERE execution_id IN (SELECT reverses_id FROM removed);
    FOR gone IN SELECT DISTINCT order_id FROM removed ORDER BY order_id LOOP
        PERFORM trade.rebook(gone.order_id);
    END LOOP;
    PERFORM trade.tell_uncovered_sales(ARRAY(SELECT holding_id FROM removed JOIN trade.orders USING (order_id)));
    PERFORM trade.mark_picks(ARRAY(SELECT pick_id FROM removed JOIN trade.orders USING (order_id)));
    DELETE FROM account.cash_entries WHERE execution_id IN (SELECT execution_id FROM removed);
    RETURN NULL;
END
