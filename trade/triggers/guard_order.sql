-- What a client may change. The ledger's own updates come from inside triggers and are not looked at here.
BEGIN
    IF NEW.filled_quantity <> OLD.filled_quantity
       OR (NEW.status <> OLD.status AND NEW.status IN ('PARTIAL_FILLED', 'FILLED')) THEN
        RAISE EXCEPTION 'order_filled_by_executions: filled quantity, PARTIAL_FILLED and FILLED follow from executions'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_filled_by_executions', HINT = 'Book an execution.';
    END IF;
    IF OLD.status IN ('FILLED', 'CANCELLED', 'REJECTED')
       AND (NEW.status, NEW.order_type, NEW.side, NEW.quantity, NEW.holding_id, NEW.pick_id, NEW.limit_price,
            NEW.stop_price, NEW.order_time, NEW.expires_at)
           IS DISTINCT FROM
           (OLD.status, OLD.order_type, OLD.side, OLD.quantity, OLD.holding_id, OLD.pick_id, OLD.limit_price,
            OLD.stop_price, OLD.order_time, OLD.expires_at) THEN
        RAISE EXCEPTION 'order_terminal: order % is % and does not change any more', OLD.order_id, OLD.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_terminal', HINT = 'Place a new order.';
    END IF;
    IF NEW.status NOT IN (OLD.status, 'CANCELLED') AND (OLD.status, NEW.status) <> ('PENDING', 'REJECTED') THEN
        RAISE EXCEPTION 'order_transition: an order does not go from % to %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_transition',
                  HINT = 'PENDING may be cancelled or rejected, PARTIAL_FILLED may be cancelled.';
    END IF;
    IF (NEW.order_id, NEW.side, NEW.created_by) <> (OLD.order_id, OLD.side, OLD.created_by) THEN
        RAISE EXCEPTION 'order_identity: an order keeps its number, its side and the name of who placed it'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_identity', HINT = 'Place a new order.';
    END IF;
    IF (NEW.quantity, NEW.holding_id, NEW.pick_id) IS DISTINCT FROM (OLD.quantity, OLD.holding_id, OLD.pick_id)
       AND EXISTS (SELECT FROM trade.executions WHERE order_id = OLD.order_id) THEN
        RAISE EXCEPTION 'order_frozen: quantity, holding and pick do not change after the first fill'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_frozen',
                  HINT = 'Cancel the rest and place a new order.';
    END IF;
    RETURN NEW;
END
