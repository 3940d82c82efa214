BEGIN
    IF NEW.created_at NOT BETWEEN '1970-01-01 00:00+00' AND '2199-12-31 00:00+00'
       OR NEW.buying_halted_at NOT BETWEEN '1970-01-01 00:00+00' AND '2199-12-31 00:00+00' THEN
        RAISE EXCEPTION 'portfolio_time: portfolio % has a time before 1970 or after 2199', NEW.name
            USING ERRCODE = 'check_violation', CONSTRAINT = 'portfolio_time', HINT = 'Use now(), or NULL to clear the halt.';
    END IF;
    NEW.current_value := NEW.initial_capital;
    NEW.peak_value := NEW.initial_capital;
    RETURN NEW;
END
