-- The price of an order after an action: on the market's grid, and never worse for the desk. A BUY limit is rounded down, a
-- SELL limit up; a stop the other way, so that it is not triggered sooner.
CREATE FUNCTION trade.price_on_grid(market_type text, price numeric, upwards boolean) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
    SELECT greatest(tick, tick * CASE WHEN upwards THEN ceil(price / tick) ELSE floor(price / tick) END)
      FROM market.tick(market_type, price) AS tick
$$;
COMMENT ON FUNCTION trade.price_on_grid IS 'A price rounded to the tick of its market';

-- What was held when a day began: today's shares without the fills since. No action lies between, see trade.apply_action.
CREATE FUNCTION trade.held_at(the_holding bigint, instant timestamptz) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT quantity - coalesce((
               SELECT sum(CASE side WHEN 'BUY' THEN executed_quantity ELSE -executed_quantity END)::bigint
                 FROM trade.executions JOIN trade.orders USING (order_id)
                WHERE orders.holding_id = the_holding AND executed_time >= instant
                  AND reverses_id IS NULL AND reversed_at IS NULL), 0)
      FROM account.holdings WHERE holding_id = the_holding
$$;
COMMENT ON FUNCTION trade.held_at IS 'The quantity of a holding at an instant, without the fills executed since';

-- An action counts before every fill of its effective date and after, and after every earlier one; where those were booked
-- in another order, no place between them is right.
CREATE FUNCTION trade.place_of_action(the_holding bigint, starts timestamptz, booked bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    first_after bigint;
    last_before bigint;
BEGIN
    SELECT min(cash_entry_id) FILTER (WHERE executed_time >= starts),
           max(cash_entry_id) FILTER (WHERE executed_time < starts)
      INTO first_after, last_before
      FROM trade.executions JOIN trade.orders USING (order_id) JOIN account.cash_entries USING (execution_id)
     WHERE holding_id = the_holding AND reverses_id IS NULL AND reversed_at IS NULL;
    IF first_after < last_before THEN
        RAISE EXCEPTION 'action_order: fills of holding % from before and after the effective date are booked out of order',
            the_holding
            USING ERRCODE = 'check_violation', CONSTRAINT = 'action_order',
                  HINT = 'Reverse the fills of the effective date and after, apply the action, and book them again.';
    END IF;
    RETURN least(first_after, booked);
END
$$;
COMMENT ON FUNCTION trade.place_of_action IS 'Where the replay of a holding counts an action';

-- Which closes are still of the shares before: the newest split in the quantity, and the product of those that the latest
-- close has not seen.
CREATE FUNCTION trade.mark_split(the_holding bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE account.holdings
       SET (split_on, split_ratio) = (
               SELECT max(effective_date), market.product(ratio / per) FILTER (WHERE unseen OR is_newest)
                 FROM (SELECT effective_date, entry.ratio, entry.per,
                              effective_date > coalesce(latest.trade_date, '-infinity') AS unseen,
                              rank() OVER (ORDER BY effective_date DESC) = 1 AS is_newest
                         FROM trade.action_entries AS entry
                         JOIN market.corporate_actions AS action USING (action_id)
                         LEFT JOIN market.latest_prices AS latest USING (stock_id)
                        WHERE entry.holding_id = the_holding AND entry.reverses_id IS NULL AND entry.reversed_at IS NULL
                          AND entry.place IS NOT NULL AND kind <> 'CASH_DIVIDEND') AS split
               HAVING count(*) > 0)
     WHERE holding_id = the_holding
$$;
COMMENT ON FUNCTION trade.mark_split IS 'Note on a holding which closes are of the shares before its splits';
REVOKE EXECUTE ON FUNCTION trade.mark_split FROM PUBLIC;

-- Change the open orders that were placed before the effective date and not filled since: what is left of each in shares
-- after the action, at prices of those. An order of which less than a share is left is cancelled. Returns what each was
-- before and after.
CREATE FUNCTION trade.split_orders(entry trade.action_entries, starts timestamptz, locked bigint[]) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    placed trade.orders;
    changed trade.orders;
    market text;
    shares bigint;
    story jsonb := '[]';
BEGIN
    SELECT market_type INTO market
      FROM account.holdings JOIN market.stocks USING (stock_id) WHERE holding_id = entry.holding_id;
    FOR placed IN
        SELECT * FROM trade.orders
         WHERE order_id = ANY (locked) AND holding_id = entry.holding_id AND status IN ('PENDING', 'PARTIAL_FILLED')
           AND order_time < starts
           AND NOT EXISTS (SELECT FROM trade.executions
                            WHERE executions.order_id = orders.order_id AND executed_time >= starts
                              AND reverses_id IS NULL AND reversed_at IS NULL)
         ORDER BY order_id
    LOOP
        shares := div((placed.quantity - placed.filled_quantity) * entry.ratio, entry.per);
        UPDATE trade.orders
           SET quantity = CASE WHEN shares > 0 THEN filled_quantity + shares ELSE quantity END,
               status = CASE WHEN shares > 0 THEN status ELSE 'CANCELLED' END,
               status_reason = CASE WHEN shares > 0 THEN status_reason ELSE 'corporate action' END,
               limit_price = trade.price_on_grid(market, limit_price * entry.per / entry.ratio, side = 'SELL'),
               stop_price = trade.price_on_grid(market, stop_price * entry.per / entry.ratio, side = 'BUY')
         WHERE order_id = placed.order_id
        RETURNING * INTO changed;
        story := story || jsonb_build_object(
            'order_id', placed.order_id, 'before', trade.terms(placed), 'after', trade.terms(changed));
    END LOOP;
    RETURN nullif(story, '[]');
END
$$;
COMMENT ON FUNCTION trade.split_orders IS 'Change the open orders of a holding as an action entry says';
REVOKE EXECUTE ON FUNCTION trade.split_orders FROM PUBLIC;

CREATE FUNCTION trade.terms(placed trade.orders) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT jsonb_build_object('quantity', placed.quantity, 'limit_price', placed.limit_price,
                              'stop_price', placed.stop_price, 'status', placed.status,
                              'status_reason', placed.status_reason)
$$;
COMMENT ON FUNCTION trade.terms IS 'What an action may change of an order';

-- Book one action on one holding. Locks are held by now. Shares are rounded down to whole ones; the rest is paid in cash at
-- the latest close, in shares after the action. What it does to the position is computed by trade.after_fill.
CREATE FUNCTION trade.apply_action(entry trade.action_entries, locked bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    done record;
    held account.holdings;
    before trade.position;
    after trade.position;
    starts timestamptz;
BEGIN
    SELECT action.*, stock.ticker, stock.market_type, latest.trade_date, latest.close_price INTO done
      FROM market.corporate_actions AS action JOIN market.stocks AS stock USING (stock_id)
      LEFT JOIN market.latest_prices AS latest USING (stock_id)
     WHERE action.action_id = entry.action_id;
    SELECT * INTO held FROM account.holdings WHERE holding_id = entry.holding_id;
    starts := market.day_starts(done.market_type, done.effective_date);

    IF held.stock_id <> done.stock_id THEN
        RAISE EXCEPTION 'action_stock: action % is of another stock than holding %', entry.action_id, entry.holding_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'action_stock', HINT = 'Choose a holding of its stock.';
    ELSIF done.kind = 'RIGHTS' THEN
        RAISE EXCEPTION 'action_rights: whether the rights of action % are taken up is for the desk to say', entry.action_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'action_rights',
                  HINT = 'Book the shares that were subscribed as a BUY order and its execution.';
    ELSIF starts > now() THEN
        RAISE EXCEPTION 'action_not_effective: action % is effective on %', entry.action_id, done.effective_date
            USING ERRCODE = 'check_violation', CONSTRAINT = 'action_not_effective', HINT = 'Wait for that day.';
    ELSIF EXISTS (SELECT FROM trade.action_entries AS other JOIN market.corporate_actions AS later USING (action_id)
                   WHERE other.holding_id = entry.holding_id AND other.reverses_id IS NULL AND other.reversed_at IS NULL
                     AND other.place IS NOT NULL
                     AND (later.kind <> 'CASH_DIVIDEND' OR done.kind <> 'CASH_DIVIDEND')
                     -- A dividend is paid on the shares from before a split of the same day.
                     AND (later.effective_date > done.effective_date
                          OR (later.effective_date = done.effective_date
                              AND later.kind <> 'CASH_DIVIDEND' AND done.kind = 'CASH_DIVIDEND'))) THEN
        RAISE EXCEPTION 'action_order: a later action is booked on holding % already', entry.holding_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'action_order',
                  HINT = 'Reverse the later one, apply this one, and apply the later one again.';
    END IF;

    entry.booked := nextval(pg_get_serial_sequence('account.cash_entries', 'cash_entry_id'));
    entry.place := trade.place_of_action(entry.holding_id, starts, entry.booked);
    before := CASE WHEN entry.place = entry.booked
                   THEN ROW(held.quantity, held.avg_purchase_price, held.realized_pnl, 0)::trade.position
                   ELSE trade.replay(entry.holding_id, upto => entry.place) END;
    IF done.kind = 'CASH_DIVIDEND' THEN
        entry.cash_amount := round(before.quantity * done.amount, 2);
    ELSE
        entry.ratio := done.ratio;
        entry.per := done.per;
        entry.fraction := before.quantity * done.ratio / done.per - div(before.quantity * done.ratio, done.per);
        entry.fraction_price := CASE WHEN done.trade_date < done.effective_date
                                     THEN done.close_price * done.per / done.ratio ELSE done.close_price END;
        IF entry.fraction > 0 AND entry.fraction_price IS NULL THEN
            RAISE EXCEPTION 'action_no_price: % shares of % are to be paid in cash, and it has no price',
                trim_scale(entry.fraction), done.ticker
                USING ERRCODE = 'check_violation', CONSTRAINT = 'action_no_price', HINT = 'Load its prices first.';
        END IF;
        entry.cash_amount := coalesce(round(entry.fraction * entry.fraction_price, 2), 0);
        entry.orders := trade.split_orders(entry, starts, locked);
    END IF;
    IF before.quantity = 0 AND entry.orders IS NULL THEN
        RAISE EXCEPTION 'action_nothing_held: holding % had no shares of % when % began', entry.holding_id, done.ticker,
            done.effective_date
            USING ERRCODE = 'check_violation', CONSTRAINT = 'action_nothing_held', HINT = 'There is nothing to do.';
    END IF;

    after := trade.after_fill(before, 'ACTION', entry.per::bigint, entry.ratio, -entry.cash_amount);
    UPDATE trade.action_entries
       SET ratio = entry.ratio, per = entry.per, quantity_before = before.quantity, quantity_after = after.quantity,
           average_before = before.average, average_after = after.average, fraction = entry.fraction,
           fraction_price = entry.fraction_price, cash_amount = entry.cash_amount, orders = entry.orders,
           booked = entry.booked, place = entry.place
     WHERE action_entry_id = entry.action_entry_id;
    PERFORM trade.move_holding(entry.holding_id, CASE WHEN entry.place < entry.booked
                                                      THEN trade.replay(entry.holding_id) ELSE after END);
END
$$;
COMMENT ON FUNCTION trade.apply_action IS 'Book a corporate action on a holding';
REVOKE EXECUTE ON FUNCTION trade.apply_action FROM PUBLIC;

CREATE FUNCTION trade.move_holding(the_holding bigint, after trade.position) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF after.lowest < 0 THEN
        RAISE EXCEPTION 'action_needed: sales of holding % need more shares than it would leave', the_holding
            USING ERRCODE = 'check_violation', CONSTRAINT = 'action_needed', HINT = 'Reverse those sales first.';
    END IF;
    PERFORM trade.mark_split(the_holding);
    UPDATE account.holdings
       SET quantity = after.quantity, avg_purchase_price = after.average, realized_pnl = after.realized,
           valued_on = NULL  -- has it valued anew, also where only the split changed
     WHERE holding_id = the_holding;
END
$$;
COMMENT ON FUNCTION trade.move_holding IS 'Make a holding what an action leaves of it';
REVOKE EXECUTE ON FUNCTION trade.move_holding FROM PUBLIC;

-- Take an action back: the holding becomes what is left without it, its orders what they were, the cash goes back. Not once
-- fills or other actions were booked on the shares that it made; a dividend makes none.
CREATE FUNCTION trade.take_back_action(entry trade.action_entries, locked bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    original trade.action_entries;
BEGIN
    SELECT * INTO original FROM trade.action_entries WHERE action_entry_id = entry.reverses_id;
    IF original.ratio <> original.per
       AND (EXISTS (SELECT FROM trade.executions JOIN trade.orders USING (order_id) JOIN account.cash_entries USING (execution_id)
                     WHERE holding_id = entry.holding_id AND reverses_id IS NULL AND reversed_at IS NULL
                       AND cash_entry_id > original.booked)
            OR EXISTS (SELECT FROM trade.action_entries AS later
                        WHERE holding_id = entry.holding_id AND reverses_id IS NULL AND reversed_at IS NULL
                          AND booked > original.booked)) THEN
        RAISE EXCEPTION 'action_followed: fills or actions were booked on holding % after action entry %',
            entry.holding_id, original.action_entry_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'action_followed', HINT = 'Reverse those first, newest first.';
    END IF;

    UPDATE trade.action_entries SET reversed_at = now() WHERE action_entry_id = original.action_entry_id;
    UPDATE trade.action_entries
       SET ratio = original.ratio, per = original.per, quantity_before = original.quantity_after,
           quantity_after = original.quantity_before, average_before = original.average_after,
           average_after = original.average_before, fraction = original.fraction,
           fraction_price = original.fraction_price, cash_amount = -original.cash_amount, orders = original.orders,
           booked = nextval(pg_get_serial_sequence('account.cash_entries', 'cash_entry_id'))
     WHERE action_entry_id = entry.action_entry_id;
    -- An order that somebody changed since is theirs.
    UPDATE trade.orders
       SET quantity = was.quantity, limit_price = was.limit_price, stop_price = was.stop_price, status = was.status,
           status_reason = was.status_reason
      FROM jsonb_array_elements(original.orders) AS changed
     CROSS JOIN LATERAL jsonb_to_record(changed -> 'before') AS was (
           quantity bigint, limit_price numeric, stop_price numeric, status varchar, status_reason varchar)
     WHERE orders.order_id = (changed ->> 'order_id')::bigint
       AND orders.order_id = ANY (locked)
       AND trade.terms(orders) = changed -> 'after';
    PERFORM trade.move_holding(entry.holding_id, trade.replay(entry.holding_id));
END
$$;
COMMENT ON FUNCTION trade.take_back_action IS 'Undo a booked corporate action';
REVOKE EXECUTE ON FUNCTION trade.take_back_action FROM PUBLIC;

-- A fill from before a split that is booked already counts shares that are no more.
CREATE FUNCTION trade.refuse_before_action(the_holding bigint, executed timestamptz) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT FROM trade.action_entries AS entry
                 JOIN market.corporate_actions AS action USING (action_id) JOIN market.stocks AS stock USING (stock_id)
                WHERE entry.holding_id = the_holding AND entry.reverses_id IS NULL AND entry.reversed_at IS NULL
                  AND entry.ratio <> entry.per
                  AND market.day_starts(stock.market_type, action.effective_date) > executed) THEN
        RAISE EXCEPTION 'execution_before_action: a split since % is booked on holding % already', executed, the_holding
            USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_before_action',
                  HINT = 'Reverse the action, book the fill, and apply the action again.';
    END IF;
END
$$;
COMMENT ON FUNCTION trade.refuse_before_action IS 'Refuse a fill from before a booked split';
