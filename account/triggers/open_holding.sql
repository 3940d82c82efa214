-- What a holding is inserted with is its opening position: fills come on top of it.
BEGIN
    NEW.opening_quantity := NEW.quantity;
    NEW.opening_price := NEW.avg_purchase_price;
    NEW.realized_pnl := 0;
    NEW.split_on := NULL;
    NEW.split_ratio := NULL;
    RETURN NEW;
END
