-- The condition is here and not in the trigger's WHEN, which is parsed anew by every statement that books cash.
BEGIN
    IF NEW.kind IN ('OPENING', 'TRADE') THEN
        RAISE EXCEPTION 'cash_booked_by_ledger: % entries are booked by the ledger itself', NEW.kind
            USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_booked_by_ledger',
                  HINT = 'Insert the execution, or the portfolio, that the entry would belong to.';
    END IF;
    RETURN NEW;
END
