-- Book fills: order → holding → pick → cash and portfolio, in one transaction. Works on whole statements, so that it can lock
-- in one order (orders, holdings, picks, portfolios, each by key) however the client sorted its rows. An INSERT … ON CONFLICT DO
-- NOTHING that repeats a fill never gets here; a plain INSERT that repeats one fails on its unique key and moves nothing.
DECLARE
    fill record;
    placed record;
    held record;
    after trade.position;
    picks bigint[];
    executions bigint[];
    portfolios bigint[];
    currencies text[];
    amounts numeric[];
BEGIN
    -- One fill alone locks in that order as it goes.
    IF EXISTS (SELECT FROM booked OFFSET 1) THEN
        PERFORM FROM trade.orders
          WHERE order_id IN (SELECT order_id FROM booked) ORDER BY order_id FOR NO KEY UPDATE;
        PERFORM FROM account.holdings
          WHERE holding_id IN (SELECT holding_id FROM booked JOIN trade.orders USING (order_id))
          ORDER BY holding_id FOR NO KEY UPDATE;
    END IF;

    -- In the order of their numbers, but a reversal never before what it reverses: numbers can be typed (OVERRIDING SYSTEM VALUE).
    FOR fill IN
        SELECT execution_id, order_id, executed_quantity, executed_price, executed_time, commission, tax, net_amount,
               reverses_id
          FROM booked ORDER BY greatest(execution_id, reverses_id), reverses_id NULLS FIRST
    LOOP
        SELECT order_id, holding_id, pick_id, side, status, quantity, filled_quantity INTO placed
          FROM trade.orders WHERE order_id = fill.order_id FOR NO KEY UPDATE;
        SELECT holding_id, portfolio_id, quantity, avg_purchase_price, realized_pnl, currency INTO held
          FROM account.holdings JOIN market.stocks USING (stock_id)
         WHERE holding_id = placed.holding_id FOR NO KEY UPDATE OF holdings;
        IF placed.pick_id IS NOT NULL THEN
            picks := picks || placed.pick_id;
        END IF;
        executions := executions || fill.execution_id;
        portfolios := portfolios || held.portfolio_id;
        currencies := currencies || held.currency::text;
        amounts := amounts || fill.net_amount;
        IF fill.reverses_id IS NOT NULL THEN
            IF placed.pick_id IS NOT NULL AND current_setting('transaction_isolation') = 'repeatable read' THEN
                RAISE EXCEPTION 'execution_isolation: order % has a pick, and whether that is still executed depends on fills that'
                    ' this transaction does not see', placed.order_id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_isolation',
                          HINT = 'Reverse it in a READ COMMITTED or SERIALIZABLE transaction.';
            END IF;
            UPDATE trade.executions SET reversed_at = now() WHERE execution_id = fill.reverses_id;
            PERFORM trade.close_before_action(fill.order_id, fill.reverses_id);
            PERFORM trade.rebook(fill.order_id,
                                 ARRAY(SELECT execution_id FROM booked WHERE execution_id <> ALL (executions)));
            CONTINUE;
        END IF;
        IF placed.holding_id IS NULL THEN
            RAISE EXCEPTION 'execution_of_proposal: order % proposes a pick and has no holding yet', placed.order_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_of_proposal',
                      HINT = 'Give the order a holding first.';
        ELSIF placed.status = 'REJECTED' THEN
            RAISE EXCEPTION 'execution_of_rejected: order % was rejected', placed.order_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_of_rejected',
                      HINT = 'Check the broker''s order number.';
        ELSIF placed.filled_quantity + fill.executed_quantity > placed.quantity THEN
            RAISE EXCEPTION 'execution_overfill: order % is for %, % are filled, % more are too many',
                placed.order_id, placed.quantity, placed.filled_quantity, fill.executed_quantity
                USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_overfill',
                      HINT = 'Check the fill with the broker; a real over-fill needs an order of its own.';
        END IF;
        IF placed.side = 'SELL' AND fill.executed_quantity > held.quantity THEN
            RAISE EXCEPTION 'execution_oversell: % shares cannot be sold, only % are held',
                fill.executed_quantity, held.quantity
                USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_oversell',
                      HINT = 'Book the missing buys first: AEGIS is long only.';
        END IF;

        -- No split is booked before its day begins, and no exchange trades in the hour before that.
        IF fill.executed_time < now() - interval '1 hour' THEN
            PERFORM trade.refuse_before_action(placed.holding_id, fill.executed_time);
        END IF;

        placed.status := trade.fill_order(placed.order_id, fill.executed_quantity);
        after := trade.after_fill(
            ROW(held.quantity, held.avg_purchase_price, held.realized_pnl, 0)::trade.position,
            placed.side, fill.executed_quantity, fill.executed_price, fill.commission + fill.tax);
        UPDATE account.holdings
           SET quantity = after.quantity, avg_purchase_price = after.average, realized_pnl = after.realized
         WHERE holding_id = held.holding_id;
        IF placed.status = 'CANCELLED' THEN
            INSERT INTO system.alerts (alert_type, severity, module, message, data)
            VALUES ('ERROR', 'CRITICAL', 'trade',
                    format('Order %s was filled after it was cancelled: %s shares at %s are booked.',
                           placed.order_id, fill.executed_quantity, fill.executed_price),
                    jsonb_build_object('order_id', placed.order_id, 'execution_id', fill.execution_id));
        END IF;
    END LOOP;

    IF picks IS NOT NULL THEN
        PERFORM trade.mark_picks(picks);
    END IF;
    -- Its trigger locks the portfolios.
    INSERT INTO account.cash_entries (portfolio_id, currency, amount, kind, execution_id)
    SELECT portfolio_id, currency, amount, 'TRADE', execution_id
      FROM unnest(executions, portfolios, currencies, amounts) AS entry (execution_id, portfolio_id, currency, amount);
    RETURN NULL;
END
