-- The same arithmetic as value_holding, for all holdings of the stocks whose latest close changed, in one statement.
-- Rows that come out the same are left alone; holdings, then portfolios, each in the order of their keys.
DECLARE
    touched bigint[];
BEGIN
    WITH held AS (
        SELECT holding_id, price.close_price, price.trade_date
          FROM account.holdings JOIN changed AS price USING (stock_id)
         ORDER BY holding_id
           FOR NO KEY UPDATE OF holdings
    ), revalued AS (
        UPDATE account.holdings
           SET current_value = quantity * held.close_price,
               unrealized_pnl = quantity * held.close_price - quantity * avg_purchase_price,
               unrealized_pnl_rate = CASE WHEN quantity * avg_purchase_price > 0
                                          THEN (held.close_price / avg_purchase_price - 1) * 100 ELSE 0 END,
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
