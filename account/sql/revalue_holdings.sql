-- Any update from outside values a row anew, by its trigger; only the rows that need it are touched.
UPDATE account.holdings
   SET last_updated = now()
  FROM (SELECT holding_id
          FROM account.holdings JOIN market.stocks USING (stock_id)
          LEFT JOIN market.latest_prices USING (stock_id)
         WHERE (current_value, valued_on) IS DISTINCT FROM
               (round(quantity * account.close_for(close_price, trade_date, split_on, split_ratio), 2), trade_date)
         ORDER BY holding_id
           FOR NO KEY UPDATE OF holdings) AS stale
 WHERE holdings.holding_id = stale.holding_id
