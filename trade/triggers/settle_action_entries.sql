-- Book corporate actions: order → holding → cash and portfolio, locked in the order of fills, see settle_executions. Only
-- orders that are open now are changed: locking one later would be out of order.
DECLARE
    entry trade.action_entries;
    locked bigint[];
BEGIN
    SELECT array_agg(order_id) INTO locked
      FROM (SELECT order_id FROM trade.orders
             WHERE (holding_id IN (SELECT holding_id FROM arrived) AND status IN ('PENDING', 'PARTIAL_FILLED'))
                OR order_id IN (SELECT (changed ->> 'order_id')::bigint
                                  FROM arrived JOIN trade.action_entries AS original
                                    ON original.action_entry_id = arrived.reverses_id
                                 CROSS JOIN jsonb_array_elements(original.orders) AS changed)
             ORDER BY order_id FOR NO KEY UPDATE) AS orders;
    PERFORM FROM account.holdings
      WHERE holding_id IN (SELECT holding_id FROM arrived) ORDER BY holding_id FOR NO KEY UPDATE;
    PERFORM FROM account.portfolio
      WHERE portfolio_id IN (SELECT portfolio_id FROM arrived JOIN account.holdings USING (holding_id))
      ORDER BY portfolio_id FOR NO KEY UPDATE;

    -- A reversal never before what it reverses, whatever numbers were typed.
    FOR entry IN
        SELECT * FROM arrived ORDER BY greatest(action_entry_id, reverses_id), reverses_id NULLS FIRST
    LOOP
        IF entry.reverses_id IS NULL THEN
            PERFORM trade.apply_action(entry, coalesce(locked, '{}'));
        ELSE
            PERFORM trade.take_back_action(entry, coalesce(locked, '{}'));
        END IF;
    END LOOP;

    INSERT INTO account.cash_entries (portfolio_id, currency, amount, kind, action_entry_id, created_by)
    SELECT portfolio_id, currency, done.cash_amount, CASE kind WHEN 'CASH_DIVIDEND' THEN 'DIVIDEND' ELSE 'ADJUSTMENT' END,
           action_entry_id, done.created_by
      FROM arrived JOIN trade.action_entries AS done USING (action_entry_id)
                   JOIN market.corporate_actions AS action ON action.action_id = done.action_id
                   JOIN account.holdings ON holdings.holding_id = done.holding_id
                   JOIN market.stocks ON stocks.stock_id = holdings.stock_id
     WHERE done.cash_amount <> 0
     ORDER BY action_entry_id;
    PERFORM account.touch_portfolios(ARRAY(
        SELECT DISTINCT portfolio_id FROM arrived JOIN account.holdings USING (holding_id)));
    RETURN NULL;
END
