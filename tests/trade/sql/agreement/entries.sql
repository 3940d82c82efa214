-- Each fill has one entry of its net amount, in the stock's currency.
SELECT execution_id, net_amount, entry.amount, stocks.currency, entry.currency AS booked_in
  FROM trade.executions
  JOIN trade.orders USING (order_id) JOIN account.holdings USING (holding_id) JOIN market.stocks USING (stock_id)
  FULL JOIN (SELECT * FROM account.cash_entries WHERE kind = 'TRADE') AS entry USING (execution_id)
 WHERE (net_amount, stocks.currency, holdings.portfolio_id)
       IS DISTINCT FROM (entry.amount, entry.currency, entry.portfolio_id)
