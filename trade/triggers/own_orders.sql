-- The lock waits for orders that are being placed under the old owner's name and are not seen yet. Naming holding_id has the
-- owner looked up anew.
BEGIN
    LOCK TABLE trade.orders IN SHARE ROW EXCLUSIVE MODE;
    UPDATE trade.orders SET holding_id = holding_id
     WHERE holding_id IN (SELECT holding_id FROM account.holdings WHERE portfolio_id = NEW.portfolio_id);
    RETURN NULL;
END
