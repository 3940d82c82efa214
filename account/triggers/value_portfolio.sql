-- Any update of a portfolio values it: nobody can type a value, and whoever moves cash or holdings need only touch it.
-- The row is locked by now, so these queries see everything that earlier holders of the lock have committed.
DECLARE
    typed_by_client CONSTANT boolean := pg_trigger_depth() = 1;
BEGIN
    IF NEW.initial_capital <> OLD.initial_capital THEN
        RAISE EXCEPTION 'portfolio_capital: the initial capital is booked as the opening entry and cannot change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'portfolio_capital',
                  HINT = 'Deposit or withdraw the difference.';
    END IF;
    IF typed_by_client THEN
        NEW.peak_value := OLD.peak_value;
        IF NEW.created_at NOT BETWEEN '1970-01-01 00:00+00' AND '2199-12-31 00:00+00'
           OR NEW.buying_halted_at NOT BETWEEN '1970-01-01 00:00+00' AND '2199-12-31 00:00+00' THEN
            RAISE EXCEPTION 'portfolio_time: portfolio % has a time before 1970 or after 2199', NEW.name
                USING ERRCODE = 'check_violation', CONSTRAINT = 'portfolio_time', HINT = 'Use now(), or NULL to clear the halt.';
        END IF;
    END IF;
    NEW.updated_at := now();
    NEW.current_value := account.portfolio_value(NEW.portfolio_id);
    IF OLD.buying_halted_at IS NOT NULL AND NEW.buying_halted_at IS NULL THEN
        NEW.peak_value := NEW.current_value;  -- cleared by an operator: the fall is measured from here on
    ELSE
        NEW.peak_value := greatest(NEW.peak_value, NEW.current_value);
    END IF;
    IF NEW.current_value IS NULL AND OLD.current_value IS NOT NULL THEN
        INSERT INTO system.alerts (alert_type, severity, module, message, data)
        VALUES ('WARNING', 'HIGH', 'account',
                format('Portfolio %s cannot be valued: an exchange rate or a price is missing.', NEW.name),
                jsonb_build_object('portfolio_id', NEW.portfolio_id, 'missing', account.missing_for_value(NEW.portfolio_id)));
    END IF;
    -- Below a peak of less than nothing, too, is a percentage of what the peak is.
    IF NEW.current_value < NEW.peak_value - abs(NEW.peak_value) * NEW.max_drawdown / 100 AND NEW.buying_halted_at IS NULL THEN
        NEW.buying_halted_at := now();
        INSERT INTO system.alerts (alert_type, severity, module, message, data)
        VALUES ('ERROR', 'CRITICAL', 'account',
                format('Portfolio %s fell more than %s %% below its peak: no new BUY orders until an operator clears it.',
                       NEW.name, NEW.max_drawdown),
                jsonb_build_object('portfolio_id', NEW.portfolio_id, 'value', NEW.current_value, 'peak', NEW.peak_value));
    END IF;
    RETURN NEW;
END
