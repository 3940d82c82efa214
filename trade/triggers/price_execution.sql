-- What the cash account changes by: a buy pays price and charges, a sell receives the price less charges. A reversal is the
-- opposite of what it reverses, to the last cent, whatever the client wrote.
DECLARE
    original trade.executions;
    worth numeric := NEW.executed_quantity * NEW.executed_price;
    charges numeric := NEW.commission + NEW.tax;
BEGIN
    NEW.reversed_at := NULL;
    NEW.exchange_ref := trade.bare_reference(NEW.exchange_ref);  -- before ON CONFLICT looks: a replay with blanks is a replay
    IF NEW.executed_time NOT BETWEEN '1970-01-01 00:00+00' AND clock_timestamp() + interval '5 minutes' THEN
        RAISE EXCEPTION 'execution_time: no fill can have been executed at %', NEW.executed_time
            USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_time',
                  HINT = 'Give the time of the execution, with its zone; clocks may be five minutes apart.';
    END IF;
    IF NEW.reverses_id IS NULL THEN
        SELECT CASE side WHEN 'BUY' THEN -(worth + charges) ELSE worth - charges END INTO NEW.net_amount
          FROM trade.orders WHERE order_id = NEW.order_id;
        RETURN NEW;
    END IF;
    SELECT * INTO original FROM trade.executions WHERE execution_id = NEW.reverses_id;
    IF original.execution_id IS NULL THEN
        RAISE EXCEPTION 'fk_executions_reverses: there is no execution %', NEW.reverses_id
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'fk_executions_reverses';
    ELSIF original.reverses_id IS NOT NULL THEN
        RAISE EXCEPTION 'execution_reversal: execution % is itself a reversal', NEW.reverses_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_reversal', HINT = 'Book the fill anew.';
    END IF;
    NEW.order_id := original.order_id;
    NEW.executed_quantity := original.executed_quantity;
    NEW.executed_price := original.executed_price;
    NEW.commission := original.commission;
    NEW.tax := original.tax;
    NEW.fx_rate := original.fx_rate;
    NEW.net_amount := -original.net_amount;
    NEW.exchange_ref := coalesce(NEW.exchange_ref, 'reversal of #' || NEW.reverses_id);
    RETURN NEW;
END
