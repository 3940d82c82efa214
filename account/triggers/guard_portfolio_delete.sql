BEGIN
    IF EXISTS (SELECT FROM account.cash_entries WHERE portfolio_id = OLD.portfolio_id AND kind <> 'OPENING') THEN
        RAISE EXCEPTION 'portfolio_has_cash: money has moved through portfolio %; it is history now', OLD.name
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'portfolio_has_cash',
                  HINT = 'Set it inactive instead of deleting it.';
    END IF;
    RETURN OLD;
END
