-- The same arithmetic as value_holding, for all holdings of the stocks whose latest close changed, in one statement.
BEGIN
    UPDATE account.holdings
       SET current_value = quantity * price.close_price,
           unrealized_pnl = quantity * price.close_price - quantity * avg_purchase_price,
           unrealized_pnl_rate = CASE WHEN quantity * avg_purchase_price > 0
                                      THEN (price.close_price / avg_purchase_price - 1) * 100 ELSE 0 END,
           valued_on = price.trade_date,
           last_updated = now()
      FROM changed AS price
     WHERE holdings.stock_id = price.stock_id;
    RETURN NULL;
END
