SELECT holding_id, quantity, close_price, current_value, unrealized_pnl
  FROM account.holdings LEFT JOIN market.latest_prices USING (stock_id)
 WHERE (current_value, unrealized_pnl, unrealized_pnl_rate, valued_on)
       IS DISTINCT FROM (round(quantity * close_price, 2), round(quantity * (close_price - avg_purchase_price), 2),
                         CASE WHEN close_price IS NULL AND quantity * avg_purchase_price > 0 THEN NULL
                              WHEN close_price IS NULL THEN NULL
                              WHEN quantity * avg_purchase_price > 0
                              THEN round((close_price - avg_purchase_price) / avg_purchase_price * 100, 2) ELSE 0 END,
                         trade_date)
