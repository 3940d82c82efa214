-- The lock waits for holdings that are being opened and are not seen yet.
BEGIN
    LOCK TABLE account.holdings IN SHARE ROW EXCLUSIVE MODE;
    IF EXISTS (SELECT FROM account.holdings WHERE stock_id = NEW.stock_id) THEN
        RAISE EXCEPTION 'stock_currency: stock % is held, and was paid for in %', NEW.ticker, OLD.currency
            USING ERRCODE = 'check_violation', CONSTRAINT = 'stock_currency',
                  HINT = 'Add the stock of the other market under a ticker of its own.';
    END IF;
    RETURN NULL;
END
