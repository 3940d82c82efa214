-- Locks portfolios in the order of their keys, so that no two bookings wait for each other in a circle.
BEGIN
    PERFORM FROM account.portfolio
      WHERE portfolio_id IN (SELECT portfolio_id FROM booked) ORDER BY portfolio_id FOR NO KEY UPDATE;

    INSERT INTO account.cash_balances AS standing (portfolio_id, currency, balance)
    SELECT portfolio_id, currency, sum(amount) FROM booked GROUP BY portfolio_id, currency
        ON CONFLICT (portfolio_id, currency) DO UPDATE SET balance = standing.balance + EXCLUDED.balance;

    IF EXISTS (SELECT FROM booked JOIN account.cash_balances USING (portfolio_id, currency)
                WHERE kind = 'WITHDRAWAL' AND balance < 0) THEN
        RAISE EXCEPTION 'cash_withdrawal: a withdrawal cannot exceed the cash that is there'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_withdrawal',
                  HINT = 'Withdraw less, or convert currency first.';
    END IF;

    -- Money brought in or taken out is neither gain nor loss: the peak that drawdown is measured from moves along.
    UPDATE account.portfolio
       SET peak_value = peak_value + coalesce(flow.krw, 0)
      FROM (SELECT portfolio_id,
                   sum(amount * market.krw_rate(currency)) FILTER (WHERE kind IN ('DEPOSIT', 'WITHDRAWAL')) AS krw
              FROM booked GROUP BY portfolio_id) AS flow
     WHERE portfolio.portfolio_id = flow.portfolio_id;
    RETURN NULL;
END
