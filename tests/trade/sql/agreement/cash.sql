SELECT portfolio_id, currency, balance, sum AS entries
  FROM account.cash_balances
  FULL JOIN (SELECT portfolio_id, currency, sum(amount) FROM account.cash_entries GROUP BY 1, 2) AS booked
 USING (portfolio_id, currency)
 WHERE balance IS DISTINCT FROM sum
