-- Values are in the stock's currency. Without a price they are NULL: unknown, not zero.
DECLARE
    price market.latest_prices;
BEGIN
    SELECT * INTO price FROM market.latest_prices WHERE stock_id = NEW.stock_id;
    NEW.current_value := NEW.quantity * price.close_price;
    NEW.unrealized_pnl := NEW.quantity * price.close_price - NEW.quantity * NEW.avg_purchase_price;
    NEW.unrealized_pnl_rate := account.unrealized_rate(NEW.quantity, NEW.avg_purchase_price, price.close_price);
    NEW.valued_on := price.trade_date;
    NEW.last_updated := now();
    RETURN NEW;
END
