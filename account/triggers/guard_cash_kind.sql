BEGIN
    RAISE EXCEPTION 'cash_booked_by_ledger: this % entry is booked by the ledger itself', NEW.kind
        USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_booked_by_ledger',
              HINT = 'Insert the execution, the action entry or the portfolio that it would belong to.';
END
