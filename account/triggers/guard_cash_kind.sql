BEGIN
    RAISE EXCEPTION 'cash_booked_by_ledger: % entries are booked by the ledger itself', NEW.kind
        USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_booked_by_ledger',
              HINT = 'Insert the execution, or the portfolio, that the entry would belong to.';
END
