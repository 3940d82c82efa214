DROP FUNCTION trade.record_execution;
DROP FUNCTION trade.place_order;
DROP FUNCTION trade.fill_order;
CREATE OR REPLACE FUNCTION trade.after_fill(before trade.position, side text, shares bigint, price numeric, charges numeric)
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
