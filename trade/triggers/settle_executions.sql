-- Book fills: order → holding → pick → cash and portfolio, in one transaction. Works on whole statements, so that it can lock
-- in one order (orders, holdings, picks, portfolios, each by key) however the client sorted its rows. An INSERT … ON CONFLICT DO
-- NOTHING that repeats a fill never gets here; a plain INSERT that repeats one fails on its unique key and moves nothing.
DECLARE
    fills trade.executions[];
    fill trade.executions;
    placed trade.orders;
    held record;
    after trade.position;
    picks bigint[];
    surprised bigint[];  -- holdings whose open SELL orders did not expect what happened
    booked_so_far bigint[];
    portfolios bigint[];
    currencies text[];
    amounts numeric[];
BEGIN
    -- In the order of their numbers, but a reversal never before what it reverses: numbers can be typed (OVERRIDING SYSTEM VALUE).
    SELECT array_agg(ROW(booked.*)::trade.executions ORDER BY greatest(execution_id, reverses_id), reverses_id NULLS FIRST)
      INTO fills FROM booked;
    -- One fill alone locks in that order as it goes.
    IF cardinality(fills) > 1 THEN
        PERFORM FROM trade.orders
          WHERE order_id IN (SELECT order_id FROM booked) ORDER BY order_id FOR NO KEY UPDATE;
        PERFORM FROM account.holdings
          WHERE holding_id IN (SELECT holding_id FROM booked JOIN trade.orders USING (order_id))
          ORDER BY holding_id FOR NO KEY UPDATE;
    ELSIF fills IS NULL THEN
        RETURN NULL;
    END IF;

    FOREACH fill IN ARRAY fills LOOP
        IF fill.reverses_id IS NULL THEN
            placed := trade.fill_order(fill.order_id, fill.executed_quantity);
            IF placed.order_id IS NULL THEN
                PERFORM trade.refuse_fill(fill.order_id, fill.executed_quantity);
            END IF;
        ELSE
            SELECT * INTO placed FROM trade.orders WHERE order_id = fill.order_id FOR NO KEY UPDATE;
        END IF;
        SELECT holding_id, portfolio_id, quantity, avg_purchase_price, realized_pnl, currency INTO held
          FROM account.holdings JOIN market.stocks USING (stock_id)
         WHERE holding_id = placed.holding_id FOR NO KEY UPDATE OF holdings;
        IF placed.pick_id IS NOT NULL THEN
            picks := picks || placed.pick_id;
        END IF;
        booked_so_far := booked_so_far || fill.execution_id;
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
            surprised := surprised || placed.holding_id;
            PERFORM trade.close_before_action(fill.order_id, fill.reverses_id);
            PERFORM trade.rebook(fill.order_id,
                                 ARRAY(SELECT execution_id FROM booked WHERE execution_id <> ALL (booked_so_far)));
            CONTINUE;
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

        after := trade.after_fill(
            ROW(held.quantity, held.avg_purchase_price, held.realized_pnl, 0)::trade.position,
            placed.side, fill.executed_quantity, fill.executed_price, fill.commission + fill.tax);
        UPDATE account.holdings
           SET quantity = after.quantity, avg_purchase_price = after.average, realized_pnl = after.realized
         WHERE holding_id = held.holding_id;
        IF placed.status = 'CANCELLED' THEN
            surprised := surprised || placed.holding_id;
            INSERT INTO system.alerts (alert_type, severity, module, message, data)
            VALUES ('ERROR', 'CRITICAL', 'trade',
                    format('Order %s was filled after it was cancelled: %s shares at %s are booked.',
                           placed.order_id, fill.executed_quantity, fill.executed_price),
                    jsonb_build_object('order_id', placed.order_id, 'execution_id', fill.execution_id));
        END IF;
    END LOOP;

    IF surprised IS NOT NULL THEN
        PERFORM trade.tell_uncovered_sales(surprised);
    END IF;
    IF picks IS NOT NULL THEN
        PERFORM trade.mark_picks(picks);
    END IF;
    -- Its trigger locks the portfolios.
    INSERT INTO account.cash_entries (portfolio_id, currency, amount, kind, execution_id)
    SELECT portfolio_id, currency, amount, 'TRADE', execution_id
      FROM unnest(booked_so_far, portfolios, currencies, amounts) AS entry (execution_id, portfolio_id, currency, amount);
    RETURN NULL;
END
