-- A client says which action on which holding, or which entry to take back; all else is the ledger's to say.
DECLARE
    original trade.action_entries;
BEGIN
    IF NEW.reverses_id IS NOT NULL THEN
        SELECT * INTO original FROM trade.action_entries WHERE action_entry_id = NEW.reverses_id;
        IF original.action_entry_id IS NULL THEN
            RAISE EXCEPTION 'fk_action_entries_reverses: there is no action entry %', NEW.reverses_id
                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'fk_action_entries_reverses';
        ELSIF original.reverses_id IS NOT NULL THEN
            RAISE EXCEPTION 'action_reversal: action entry % is itself a reversal', NEW.reverses_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'action_reversal', HINT = 'Apply the action anew.';
        END IF;
        NEW.action_id := original.action_id;
        NEW.holding_id := original.holding_id;
    END IF;
    -- Whoever is correcting the action is waited for, and whoever would correct it waits until this is booked.
    PERFORM FROM market.corporate_actions WHERE action_id = NEW.action_id FOR SHARE;
    NEW.ratio := 1;
    NEW.per := 1;
    NEW.quantity_before := NULL;
    NEW.quantity_after := NULL;
    NEW.average_before := NULL;
    NEW.average_after := NULL;
    NEW.fraction := NULL;
    NEW.fraction_price := NULL;
    NEW.cash_amount := 0;
    NEW.orders := NULL;
    NEW.booked := NULL;
    NEW.place := NULL;
    NEW.reversed_at := NULL;
    RETURN NEW;
END
