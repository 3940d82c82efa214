DROP FUNCTION trade.refuse_fill(bigint, bigint);
DROP FUNCTION trade.fill_order(bigint, bigint);

-- Move an order by what was filled of it; returns its state. Placed and filled in one transaction, an order has its foreign
-- key checked twice, and PostgreSQL plans that check anew whenever the search path is another than the last time. So
-- this runs on the path of connections, which may find anything: every operator says where it is from.
CREATE FUNCTION trade.fill_order(the_order bigint, shares bigint) RETURNS text
LANGUAGE plpgsql SET search_path = public, market, account, brain, trade, analytics, system
AS $$
DECLARE
    state text;
BEGIN
    UPDATE trade.orders
       SET filled_quantity = filled_quantity OPERATOR(pg_catalog.+) shares,
           status = CASE WHEN status::text OPERATOR(pg_catalog.=) 'CANCELLED'::text THEN status
                         WHEN filled_quantity OPERATOR(pg_catalog.+) shares OPERATOR(pg_catalog.<) quantity
                         THEN 'PARTIAL_FILLED' ELSE 'FILLED' END
     WHERE order_id OPERATOR(pg_catalog.=) the_order
    RETURNING status INTO state;
    RETURN state;
END
$$;
COMMENT ON FUNCTION trade.fill_order IS 'Move an order by what was filled of it';
REVOKE EXECUTE ON FUNCTION trade.fill_order FROM PUBLIC;
