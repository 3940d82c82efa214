DROP FUNCTION trade.fill_order(bigint, bigint);

-- Lock an order and move it by a fill, in one look; returns it, or NULL where that fill cannot be. Placed and filled in one
-- transaction, an order has its foreign key checked twice, and PostgreSQL plans that check anew whenever the search path is
-- another than the last time. So this runs on the path of connections, which may find anything: every operator says where
-- it is from.
CREATE FUNCTION trade.fill_order(the_order bigint, shares bigint) RETURNS trade.orders
LANGUAGE plpgsql SET search_path = public, market, account, brain, trade, analytics, system
AS $$
DECLARE
    placed trade.orders;
BEGIN
    UPDATE trade.orders
       SET filled_quantity = filled_quantity OPERATOR(pg_catalog.+) shares,
           status = CASE WHEN status::text OPERATOR(pg_catalog.=) 'CANCELLED'::text THEN status
                         WHEN filled_quantity OPERATOR(pg_catalog.+) shares OPERATOR(pg_catalog.<) quantity
                         THEN 'PARTIAL_FILLED' ELSE 'FILLED' END
     WHERE order_id OPERATOR(pg_catalog.=) the_order
       AND holding_id IS NOT NULL AND status::text OPERATOR(pg_catalog.<>) 'REJECTED'::text
       AND filled_quantity OPERATOR(pg_catalog.+) shares OPERATOR(pg_catalog.<=) quantity
    RETURNING * INTO placed;
    RETURN placed;
END
$$;
COMMENT ON FUNCTION trade.fill_order IS 'Move an order by what was filled of it';
REVOKE EXECUTE ON FUNCTION trade.fill_order FROM PUBLIC;

-- Why a fill cannot be. Only triggers call it.
CREATE FUNCTION trade.refuse_fill(the_order bigint, shares bigint) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    placed trade.orders;
BEGIN
    SELECT * INTO placed FROM trade.orders WHERE order_id = the_order FOR NO KEY UPDATE;
    IF placed.holding_id IS NULL THEN
        RAISE EXCEPTION 'execution_of_proposal: order % proposes a pick and has no holding yet', placed.order_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_of_proposal',
                  HINT = 'Give the order a holding first.';
    ELSIF placed.status = 'REJECTED' THEN
        RAISE EXCEPTION 'execution_of_rejected: order % was rejected', placed.order_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_of_rejected',
                  HINT = 'Check the broker''s order number.';
    END IF;
    RAISE EXCEPTION 'execution_overfill: order % is for %, % are filled, % more are too many',
        placed.order_id, placed.quantity, placed.filled_quantity, shares
        USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_overfill',
              HINT = 'Check the fill with the broker; a real over-fill needs an order of its own.';
END
$$;
COMMENT ON FUNCTION trade.refuse_fill IS 'Say why a fill of an order cannot be booked';
REVOKE EXECUTE ON FUNCTION trade.refuse_fill FROM PUBLIC;
