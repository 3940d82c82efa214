-- One balance after the other, in the order of their portfolios, which are locked on the way: no two bookings wait for each
-- other in a circle. Portfolios are valued when all balances stand: between the two entries of an exchange there is no fall.
DECLARE
    flow record;
    standing numeric;
BEGIN
    FOR flow IN
        SELECT portfolio_id, currency, sum(amount) AS amount, bool_or(kind = 'WITHDRAWAL') AS has_withdrawal
          FROM booked GROUP BY portfolio_id, currency ORDER BY portfolio_id
    LOOP
        PERFORM FROM account.portfolio WHERE portfolio_id = flow.portfolio_id FOR NO KEY UPDATE;
        INSERT INTO account.cash_balances AS balances (portfolio_id, currency, balance)
        VALUES (flow.portfolio_id, flow.currency, flow.amount)
            ON CONFLICT (portfolio_id, currency) DO UPDATE SET balance = balances.balance + EXCLUDED.balance
        RETURNING balance INTO standing;
        IF flow.has_withdrawal AND standing < 0 THEN
            RAISE EXCEPTION 'cash_withdrawal: a withdrawal cannot exceed the cash that is there'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_withdrawal',
                      HINT = 'Withdraw less, or convert currency first.';
        END IF;
    END LOOP;

    -- Money brought in or taken out is neither gain nor loss: the peak that drawdown is measured from moves along.
    UPDATE account.portfolio
       SET peak_value = peak_value + coalesce(brought.krw, 0)
      FROM (SELECT portfolio_id,
                   sum(amount * market.krw_rate(currency)) FILTER (WHERE kind IN ('DEPOSIT', 'WITHDRAWAL')) AS krw
              FROM booked GROUP BY portfolio_id) AS brought
     WHERE portfolio.portfolio_id = brought.portfolio_id;
    RETURN NULL;
END
