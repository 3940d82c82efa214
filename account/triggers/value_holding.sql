-- Values are in the stock's currency. Without a price they are NULL: unknown, not zero.
DECLARE
    price market.latest_prices;
    close_price numeric;
BEGIN
    SELECT * INTO price FROM market.latest_prices WHERE stock_id = NEW.stock_id;
    close_price := account.close_for(price.close_price, price.trade_date, NEW.split_on, NEW.split_ratio);
    NEW.current_value := NEW.quantity * close_price;
    NEW.unrealized_pnl := NEW.quantity * close_price - NEW.quantity * NEW.avg_purchase_price;
    NEW.unrealized_pnl_rate := account.unrealized_rate(NEW.quantity, NEW.avg_purchase_price, close_price);
    NEW.valued_on := price.trade_date;
    NEW.last_updated := now();
    RETURN NEW;
END
