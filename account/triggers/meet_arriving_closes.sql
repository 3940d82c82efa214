-- A close that is arriving does not see these holdings yet. Wait for it, and have them valued at what it leaves: naming the
-- quantity does.
BEGIN
    PERFORM FROM market.latest_prices
      WHERE stock_id IN (SELECT stock_id FROM opened) ORDER BY stock_id FOR SHARE;
    UPDATE account.holdings
       SET quantity = holdings.quantity
      FROM opened JOIN market.latest_prices AS price USING (stock_id)
     WHERE holdings.holding_id = opened.holding_id
       AND (price.trade_date, round(opened.quantity * price.close_price, 2))
           IS DISTINCT FROM (opened.valued_on, opened.current_value);
    RETURN NULL;
END
