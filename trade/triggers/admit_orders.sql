-- Looks at the whole statement, so that holdings are locked in the order of their keys however the client sorted its rows. One
-- look passes what most orders are, a new BUY on a portfolio and a stock that take one; the others are looked at closely.
DECLARE
    placed trade.orders;
BEGIN
    FOR placed IN
        SELECT arrived.*
          FROM arrived LEFT JOIN account.holdings ON holdings.holding_id = arrived.holding_id
          LEFT JOIN account.portfolio USING (portfolio_id) LEFT JOIN market.stocks USING (stock_id)
         WHERE arrived.side <> 'BUY' OR arrived.pick_id IS NOT NULL OR arrived.status <> 'PENDING' OR arrived.filled_quantity <> 0
            OR portfolio.buying_halted_at IS NOT NULL OR NOT portfolio.is_active OR NOT stocks.is_active
         ORDER BY arrived.holding_id, arrived.order_id
    LOOP
        IF placed.filled_quantity <> 0 OR placed.status <> 'PENDING' THEN
            RAISE EXCEPTION 'order_starts_pending: an order starts PENDING and unfilled, not %', placed.status
                USING ERRCODE = 'check_violation', CONSTRAINT = 'order_starts_pending',
                      HINT = 'Insert it, then book its executions, or cancel or reject it.';
        END IF;
        PERFORM trade.admit(placed);
    END LOOP;
    RETURN NULL;
END
