-- The same arithmetic as value_holding, for all holdings of the stocks whose latest close changed or went, in one
-- statement. Holdings, then portfolios, each in the order of their keys.
DECLARE
    touched bigint[];
BEGIN
    WITH held AS (
        SELECT holding_id, account.close_for(price.close_price, price.trade_date, split_on, split_ratio) AS close_price,
               price.trade_date
          FROM account.holdings JOIN changed USING (stock_id)
          LEFT JOIN market.latest_prices AS price USING (stock_id)
         ORDER BY holding_id
           FOR NO KEY UPDATE OF holdings
    ), revalued AS (
        UPDATE account.holdings
           SET current_value = quantity * held.close_price,
               unrealized_pnl = quantity * held.close_price - quantity * avg_purchase_price,
               unrealized_pnl_rate = account.unrealized_rate(quantity, avg_purchase_price, held.close_price),
               valued_on = held.trade_date,
               last_updated = now()
          FROM held
         WHERE holdings.holding_id = held.holding_id
        RETURNING portfolio_id
    )
    SELECT array_agg(DISTINCT portfolio_id) INTO touched FROM revalued;
    PERFORM account.touch_portfolios(touched);
    RETURN NULL;
END
