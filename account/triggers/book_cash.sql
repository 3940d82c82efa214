-- One portfolio after the other, in the order of their keys: no two bookings wait for each other in a circle.
DECLARE
    flow record;
    standing numeric;
BEGIN
    FOR flow IN
        SELECT portfolio_id, currency, sum(amount) AS amount, bool_or(kind = 'WITHDRAWAL') AS withdrawn,
               coalesce(sum(amount) FILTER (WHERE kind IN ('DEPOSIT', 'WITHDRAWAL')), 0) AS brought
          FROM booked GROUP BY portfolio_id, currency ORDER BY portfolio_id, currency
    LOOP
        PERFORM FROM account.portfolio WHERE portfolio_id = flow.portfolio_id FOR NO KEY UPDATE;
        INSERT INTO account.cash_balances AS standing (portfolio_id, currency, balance)
        VALUES (flow.portfolio_id, flow.currency, flow.amount)
            ON CONFLICT (portfolio_id, currency) DO UPDATE SET balance = standing.balance + EXCLUDED.balance
        RETURNING balance INTO standing;
        IF flow.withdrawn AND standing < 0 THEN
            RAISE EXCEPTION 'cash_withdrawal: a withdrawal cannot exceed the cash that is there'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_withdrawal',
                      HINT = 'Withdraw less, or convert currency first.';
        END IF;
        -- Money brought in or taken out is neither gain nor loss: the peak that drawdown is measured from moves along.
        IF flow.brought <> 0 THEN
            flow.brought := flow.brought * market.krw_rate(flow.currency);
        END IF;
        UPDATE account.portfolio
           SET peak_value = peak_value + coalesce(flow.brought, 0)
         WHERE portfolio_id = flow.portfolio_id;
    END LOOP;
    RETURN NULL;
END
