DROP FUNCTION trade.replay(bigint, bigint[], bigint);
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

-- Weighted average cost, fees outside the average. A buy moves the average, a sell realises the difference to it; charges
-- reduce the realised P&L when they are charged. A position that was sold out starts its average anew; one that opened
-- with no shares keeps the price that it opened with.
CREATE OR REPLACE FUNCTION trade.after_fill(
    before trade.position, side text, shares bigint, price numeric, charges numeric)
RETURNS trade.position
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
    IF side = 'BUY' THEN
        before.average := coalesce(
            (before.quantity * before.average + shares * price) / nullif(before.quantity + shares, 0), price);
        before.quantity := before.quantity + shares;
        before.realized := before.realized - charges;
    ELSE
        before.quantity := before.quantity - shares;
        before.realized := before.realized + (price - before.average) * shares - charges;
        before.lowest := least(before.lowest, before.quantity);
    END IF;
    RETURN before;
END
$$;
