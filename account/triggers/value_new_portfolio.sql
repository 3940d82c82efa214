BEGIN
    NEW.current_value := NEW.initial_capital;
    NEW.peak_value := NEW.initial_capital;
    RETURN NEW;
END
