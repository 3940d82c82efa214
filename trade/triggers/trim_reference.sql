-- A mended reference, like a new one, is without blanks at its edges.
BEGIN
    NEW.exchange_ref := trade.bare_reference(NEW.exchange_ref);
    RETURN NEW;
END
