-- Values are in the stock's currency. Without a price they are NULL: unknown, not zero.
DECLARE
    cost numeric := NEW.quantity * NEW.avg_purchase_price;
    price market.latest_prices;
BEGIN
    SELECT * INTO price FROM market.latest_prices WHERE stock_id = NEW.stock_id;
    NEW.current_value := NEW.quantity * price.close_price;
    NEW.unrealized_pnl := NEW.current_value - cost;
    NEW.unrealized_pnl_rate := CASE WHEN cost > 0 THEN NEW.unrealized_pnl / cost * 100
                                    WHEN price.stock_id IS NOT NULL THEN 0 END;
    NEW.valued_on := price.trade_date;
    NEW.last_updated := now();
    RETURN NEW;
END
