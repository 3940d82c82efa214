-- Quantity, average and realised P&L follow from executions and corporate actions. Until the first one, what the holding
-- opened with may be put right. What is compared is compared here: a WHEN is parsed anew by every statement, also by the
-- ledger's own.
BEGIN
    IF (NEW.portfolio_id, NEW.stock_id, NEW.quantity, NEW.avg_purchase_price, NEW.realized_pnl, NEW.opening_quantity,
        NEW.opening_price, NEW.split_on, NEW.split_ratio)
       IS NOT DISTINCT FROM
       (OLD.portfolio_id, OLD.stock_id, OLD.quantity, OLD.avg_purchase_price, OLD.realized_pnl, OLD.opening_quantity,
        OLD.opening_price, OLD.split_on, OLD.split_ratio) THEN
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT FROM trade.executions JOIN trade.orders USING (order_id) WHERE holding_id = OLD.holding_id)
       OR EXISTS (SELECT FROM trade.action_entries WHERE holding_id = OLD.holding_id)
       OR NEW.realized_pnl <> OLD.realized_pnl
       OR (NEW.split_on, NEW.split_ratio) IS DISTINCT FROM (OLD.split_on, OLD.split_ratio)
       OR ((NEW.portfolio_id, NEW.stock_id) <> (OLD.portfolio_id, OLD.stock_id)
           AND EXISTS (SELECT FROM trade.orders WHERE holding_id = OLD.holding_id)) THEN
        RAISE EXCEPTION 'holding_moved_by_executions: quantity, average and P&L of holding % follow from its executions',
            OLD.holding_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'holding_moved_by_executions',
                  HINT = 'Book an execution, or reverse one.';
    END IF;
    -- Whoever places a SELL updates the holding first, so that none is missed here.
    IF NEW.quantity < OLD.quantity
       AND NEW.quantity < (SELECT sum(quantity - filled_quantity) FROM trade.orders
                            WHERE holding_id = OLD.holding_id AND side = 'SELL' AND status IN ('PENDING', 'PARTIAL_FILLED')) THEN
        RAISE EXCEPTION 'holding_committed: open SELL orders of holding % need more than % shares', OLD.holding_id, NEW.quantity
            USING ERRCODE = 'check_violation', CONSTRAINT = 'holding_committed',
                  HINT = 'Lower or cancel the SELL orders first.';
    END IF;
    NEW.opening_quantity := NEW.quantity;
    NEW.opening_price := NEW.avg_purchase_price;
    RETURN NEW;
END
