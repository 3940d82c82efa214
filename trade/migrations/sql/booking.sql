-- The same as before in PL/pgSQL, which keeps its plans for the session: an SQL function that cannot be inlined is set up
-- anew by every transaction, and cost a fill a sixth of its time.
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

-- Place an order on the holding of a stock; a first buy opens the holding, of zero shares. Two statements, because row
-- security asks of an order whether its holding is seen, and a statement does not see what it is inserting itself.
CREATE FUNCTION trade.place_order(
    the_portfolio bigint, the_stock bigint, its_side text, shares bigint, its_type text, limit_at numeric, stop_at numeric,
    expiry timestamptz, the_pick bigint, placed_by text)
RETURNS SETOF trade.orders
LANGUAGE plpgsql
AS $$
DECLARE
    held bigint := (SELECT holding_id FROM account.holdings
                     WHERE portfolio_id = the_portfolio AND stock_id = the_stock);
BEGIN
    IF held IS NULL THEN
        INSERT INTO account.holdings (portfolio_id, stock_id, quantity, avg_purchase_price)
        VALUES (the_portfolio, the_stock, 0, 0) ON CONFLICT (portfolio_id, stock_id) DO NOTHING;
        held := (SELECT holding_id FROM account.holdings WHERE portfolio_id = the_portfolio AND stock_id = the_stock);
    END IF;
    RETURN QUERY INSERT INTO trade.orders (holding_id, pick_id, order_type, side, quantity, limit_price, stop_price,
                                           expires_at, created_by)
    VALUES (held, the_pick, its_type, its_side, shares, limit_at, stop_at, expiry, placed_by) RETURNING *;
END
$$;
COMMENT ON FUNCTION trade.place_order IS 'Place an order on the holding of a stock, opening the holding where there is none';

-- Book one fill. Nothing comes back for a replay: what it repeats is booked already.
CREATE FUNCTION trade.record_execution(
    the_order bigint, shares bigint, price numeric, charged numeric, taxed numeric, at timestamptz, rate numeric, ref text)
RETURNS SETOF trade.executions
LANGUAGE plpgsql
AS $$
BEGIN
    RETURN QUERY INSERT INTO trade.executions (order_id, executed_quantity, executed_price, commission, tax, executed_time,
                                               fx_rate, exchange_ref)
    VALUES (the_order, shares, price, charged, taxed, coalesce(at, now()), rate, ref)
        ON CONFLICT (order_id, exchange_ref) DO NOTHING RETURNING *;
END
$$;
COMMENT ON FUNCTION trade.record_execution IS 'Book one fill; no row for a replay';
