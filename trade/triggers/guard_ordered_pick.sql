-- Orders were admitted because they do what the pick advises. The lock waits for orders that are being placed on it.
BEGIN
    IF (NEW.pick_id, NEW.action, NEW.stock_id) IS NOT DISTINCT FROM (OLD.pick_id, OLD.action, OLD.stock_id) THEN
        RETURN NEW;
    END IF;
    IF NOT EXISTS (SELECT FROM trade.orders WHERE pick_id = OLD.pick_id) THEN
        LOCK TABLE trade.orders IN SHARE ROW EXCLUSIVE MODE;
    END IF;
    IF EXISTS (SELECT FROM trade.orders WHERE pick_id = OLD.pick_id) THEN
        RAISE EXCEPTION 'pick_ordered: pick % has orders; its side and its stock stand', OLD.pick_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pick_ordered',
                  HINT = 'Enter what the model advises now as a pick of its own.';
    END IF;
    RETURN NEW;
END
