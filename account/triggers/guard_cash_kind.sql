-- The condition is here and not in the trigger's WHEN, which is parsed anew by every statement that books cash.
BEGIN
    IF NEW.kind IN ('OPENING', 'TRADE') OR NEW.action_entry_id IS NOT NULL THEN
        RAISE EXCEPTION 'cash_booked_by_ledger: this % entry is booked by the ledger itself', NEW.kind
            USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_booked_by_ledger',
                  HINT = 'Insert the execution, the action entry or the portfolio that it would belong to.';
    END IF;
    RETURN NEW;
END
