-- Looks at the whole statement, so that holdings are locked in the order of their keys however the client sorted its rows.
DECLARE
    placed trade.orders;
BEGIN
    FOR placed IN SELECT * FROM arrived ORDER BY holding_id, order_id LOOP
        IF placed.filled_quantity <> 0 OR placed.status <> 'PENDING' THEN
            RAISE EXCEPTION 'order_starts_pending: an order starts PENDING and unfilled, not %', placed.status
                USING ERRCODE = 'check_violation', CONSTRAINT = 'order_starts_pending',
                      HINT = 'Insert it, then book its executions, or cancel or reject it.';
        END IF;
        PERFORM trade.admit(placed);
    END LOOP;
    RETURN NULL;
END
