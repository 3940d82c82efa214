-- What `reconcile` leaves to the valuation: latest prices against all prices, and every figure that follows from them.
SELECT 'latest price' AS kind, stock_id AS key, latest.close_price::text AS stored, newest.close_price::text AS recomputed
  FROM market.latest_prices AS latest
  FULL JOIN (SELECT DISTINCT ON (stock_id) stock_id, trade_date, close_price
               FROM market.daily_prices JOIN market.stocks USING (stock_id)
              WHERE trade_date <= market.today(market_type) ORDER BY stock_id, trade_date DESC) AS newest USING (stock_id)
 WHERE (latest.trade_date, latest.close_price) IS DISTINCT FROM (newest.trade_date, newest.close_price)
UNION ALL
SELECT 'holding', holding_id, (current_value, unrealized_pnl, valued_on)::text, (quantity, close_price, trade_date)::text
  FROM account.holdings LEFT JOIN market.latest_prices USING (stock_id)
 WHERE (current_value, unrealized_pnl, unrealized_pnl_rate, valued_on)
       IS DISTINCT FROM (round(quantity * close_price, 2), round(quantity * (close_price - avg_purchase_price), 2),
                         round(account.unrealized_rate(quantity, avg_purchase_price, close_price), 2), trade_date)
