-- A position as fills leave it. The one place where average cost is computed: booking a fill, reversing one and
-- reconciling all of them go through trade.after_fill.
CREATE TYPE trade.position AS (
    quantity bigint,
    average numeric(18, 6),
    realized numeric(20, 2),
    lowest bigint  -- the smallest quantity on the way: below zero means that the fills, in this order, would oversell
);

-- Weighted average cost, fees outside the average. A buy moves the average, a sell realises the difference to it; charges
-- reduce the realised P&L when they are charged. A position that was sold out starts its average anew; one that opened
-- with no shares keeps the price that it opened with.
CREATE FUNCTION trade.after_fill(before trade.position, side text, shares bigint, price numeric, charges numeric)
RETURNS trade.position
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE side
        WHEN 'BUY' THEN ROW(
            before.quantity + shares,
            coalesce((before.quantity * before.average + shares * price) / nullif(before.quantity + shares, 0), price),
            before.realized - charges,
            before.lowest)::trade.position
        ELSE ROW(
            before.quantity - shares,
            before.average,
            before.realized + (price - before.average) * shares - charges,
            least(before.lowest, before.quantity - shares))::trade.position
        END
$$;
COMMENT ON FUNCTION trade.after_fill IS 'The position after one fill, at weighted average cost';

CREATE AGGREGATE trade.position_after(side text, shares bigint, price numeric, charges numeric) (
    SFUNC = trade.after_fill, STYPE = trade.position, INITCOND = '(0,0,0,0)'
);

-- What the executions that still stand make of a holding: its opening position, then each fill in the order of booking.
-- That is the order of their cash entries, made while the holding is locked; execution_id is drawn before, so that fills
-- from two connections may be booked in the other order. A fill that has no entry yet was booked by the running
-- statement; `not_yet` are executions that the statement brings but has not come to.
CREATE FUNCTION trade.replay(the_holding bigint, not_yet bigint[] DEFAULT '{}') RETURNS trade.position
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT trade.position_after(side, shares, price, charges ORDER BY booked NULLS LAST, execution_id)
      FROM (SELECT 'BUY' AS side, opening_quantity AS shares, opening_price AS price, 0::numeric AS charges, 0 AS booked,
                   0 AS execution_id
              FROM account.holdings WHERE holding_id = the_holding
            UNION ALL
            SELECT side, executed_quantity, executed_price, commission + tax, cash_entry_id, execution_id
              FROM trade.executions JOIN trade.orders USING (order_id) LEFT JOIN account.cash_entries USING (execution_id)
             WHERE holding_id = the_holding AND reverses_id IS NULL AND reversed_at IS NULL
               AND execution_id <> ALL (not_yet)) AS fills
$$;
COMMENT ON FUNCTION trade.replay IS 'What the standing executions make of a holding';

-- Refuse an order that its holding, portfolio or pick does not allow. Locks the holding of a SELL.
CREATE FUNCTION trade.admit(placed trade.orders) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    held record;
    advised record;
    committed bigint;
BEGIN
    SELECT h.holding_id, h.stock_id, p.name, p.is_active, p.buying_halted_at, s.ticker, s.is_active AS is_listed
      INTO held
      FROM account.holdings h JOIN account.portfolio p USING (portfolio_id) JOIN market.stocks s USING (stock_id)
     WHERE h.holding_id = placed.holding_id;

    IF placed.pick_id IS NOT NULL THEN
        SELECT action, stock_id INTO advised FROM brain.daily_picks WHERE pick_id = placed.pick_id;
        IF advised.action <> placed.side THEN
            RAISE EXCEPTION 'order_pick: pick % advises to %, not to %', placed.pick_id, advised.action, placed.side
                USING ERRCODE = 'check_violation', CONSTRAINT = 'order_pick', HINT = 'Take the pick''s side, or no pick.';
        ELSIF advised.stock_id <> held.stock_id THEN
            RAISE EXCEPTION 'order_pick: pick % is of another stock than holding %', placed.pick_id, placed.holding_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'order_pick',
                      HINT = 'Choose the holding of the pick''s stock.';
        END IF;
    END IF;

    IF placed.side = 'BUY' AND held.buying_halted_at IS NOT NULL THEN
        RAISE EXCEPTION 'order_drawdown: portfolio % is below its maximum drawdown and takes no new BUY orders', held.name
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_drawdown',
                  HINT = 'An operator clears the halt on the portfolio.';
    ELSIF placed.side = 'BUY' AND NOT (held.is_active AND held.is_listed) THEN
        RAISE EXCEPTION 'order_inactive: portfolio % or stock % is not active', held.name, held.ticker
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_inactive', HINT = 'Only SELL orders are taken here.';
    END IF;

    IF placed.side = 'SELL' AND held.holding_id IS NOT NULL THEN
        -- An update and not a mere lock: a REPEATABLE READ transaction that looks at orders from before it is refused.
        UPDATE account.holdings SET last_updated = now() WHERE holding_id = placed.holding_id;
        SELECT coalesce(sum(quantity - filled_quantity), 0) INTO committed
          FROM trade.orders
         WHERE holding_id = placed.holding_id AND side = 'SELL' AND status IN ('PENDING', 'PARTIAL_FILLED')
           AND order_id <> placed.order_id;
        IF placed.quantity - placed.filled_quantity > (SELECT quantity FROM account.holdings
                                                        WHERE holding_id = placed.holding_id) - committed THEN
            RAISE EXCEPTION 'order_oversell: % shares of % cannot be sold: % are held, % of them committed to open SELL orders',
                placed.quantity, held.ticker,
                (SELECT quantity FROM account.holdings WHERE holding_id = placed.holding_id), committed
                USING ERRCODE = 'check_violation', CONSTRAINT = 'order_oversell',
                      HINT = 'Sell less, or cancel an open SELL order first.';
        END IF;
    END IF;
END
$$;
COMMENT ON FUNCTION trade.admit IS 'Refuse an order that its holding, portfolio or pick does not allow';
REVOKE EXECUTE ON FUNCTION trade.admit FROM PUBLIC;

-- Make an order and its holding again what the executions that still stand say: after one of them went.
CREATE FUNCTION trade.rebook(the_order bigint, not_yet bigint[] DEFAULT '{}') RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    placed trade.orders;
    after trade.position;
    filled bigint;
BEGIN
    SELECT * INTO placed FROM trade.orders WHERE order_id = the_order FOR NO KEY UPDATE;
    PERFORM FROM account.holdings WHERE holding_id = placed.holding_id FOR NO KEY UPDATE;
    SELECT coalesce(sum(executed_quantity), 0) INTO filled
      FROM trade.executions
     WHERE order_id = the_order AND reverses_id IS NULL AND reversed_at IS NULL AND execution_id <> ALL (not_yet);
    after := trade.replay(placed.holding_id, not_yet);
    IF after.lowest < 0 THEN
        RAISE EXCEPTION 'execution_needed: later sales of holding % need the shares of this fill', placed.holding_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_needed', HINT = 'Reverse the later sales first.';
    END IF;

    UPDATE trade.orders
       SET filled_quantity = filled,
           status = CASE WHEN status IN ('CANCELLED', 'REJECTED') THEN status
                         WHEN filled = 0 THEN 'PENDING'
                         WHEN filled < quantity THEN 'PARTIAL_FILLED'
                         ELSE 'FILLED' END
     WHERE order_id = the_order;
    UPDATE account.holdings
       SET quantity = after.quantity, avg_purchase_price = after.average, realized_pnl = after.realized
     WHERE holding_id = placed.holding_id;
END
$$;
COMMENT ON FUNCTION trade.rebook IS 'Make an order and its holding what the standing executions say';
REVOKE EXECUTE ON FUNCTION trade.rebook FROM PUBLIC;

-- Tell of these picks whether they are executed. The last rows to be locked before portfolios, in the order of their keys:
-- portfolios share picks.
CREATE FUNCTION trade.mark_picks(picks bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM FROM brain.daily_picks WHERE pick_id = ANY (picks) ORDER BY pick_id FOR NO KEY UPDATE;
    UPDATE brain.daily_picks
       SET is_executed = NOT is_executed
     WHERE pick_id = ANY (picks)
       AND is_executed <> EXISTS (SELECT FROM trade.orders JOIN trade.executions USING (order_id)
                                   WHERE orders.pick_id = daily_picks.pick_id
                                     AND reverses_id IS NULL AND reversed_at IS NULL);
END
$$;
COMMENT ON FUNCTION trade.mark_picks(bigint[]) IS 'Tell of these picks whether a standing execution exists';
REVOKE EXECUTE ON FUNCTION trade.mark_picks(bigint[]) FROM PUBLIC;
