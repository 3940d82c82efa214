-- Only reached when an execution that nothing followed is deleted and takes its entry along.
BEGIN
    PERFORM FROM account.portfolio
      WHERE portfolio_id IN (SELECT portfolio_id FROM removed) ORDER BY portfolio_id FOR NO KEY UPDATE;
    UPDATE account.cash_balances AS standing
       SET balance = balance - gone.amount
      FROM (SELECT portfolio_id, currency, sum(amount) AS amount FROM removed GROUP BY portfolio_id, currency) AS gone
     WHERE (standing.portfolio_id, standing.currency) = (gone.portfolio_id, gone.currency);
    PERFORM account.touch_portfolios(ARRAY(SELECT DISTINCT portfolio_id FROM removed));
    RETURN NULL;
END
