-- The condition is here and not in the trigger's WHEN, which is parsed anew by every statement that books cash.
BEGIN
    IF NEW.kind IN ('OPENING', 'TRADE') OR NEW.action_entry_id IS NOT NULL THEN
        RAISE EXCEPTION 'cash_booked_by_ledger: this % entry is booked by the ledger itself', NEW.kind
            USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_booked_by_ledger',
                  HINT = 'Insert the execution, the action entry or the portfolio that it would belong to.';
    END IF;
    IF NEW.created_at NOT BETWEEN '1970-01-01 00:00+00' AND '2199-12-31 00:00+00' THEN
        RAISE EXCEPTION 'cash_time: no cash entry is of %', NEW.created_at
            USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_time', HINT = 'Leave the time to the database.';
    END IF;
    RETURN NEW;
END
