SELECT portfolio_id, current_value, account.portfolio_value(portfolio_id) AS recomputed
  FROM account.portfolio
 WHERE current_value IS DISTINCT FROM round(account.portfolio_value(portfolio_id), 2)
