-- What was booked with this action would no longer follow from it.
BEGIN
    IF EXISTS (SELECT FROM trade.action_entries
                WHERE action_id = OLD.action_id AND reverses_id IS NULL AND reversed_at IS NULL) THEN
        RAISE EXCEPTION 'action_applied: corporate action % is booked on holdings', OLD.action_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'action_applied',
                  HINT = 'Reverse its entries, correct it, and apply it again.';
    END IF;
    RETURN NEW;
END
