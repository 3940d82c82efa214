-- One balance after the other, in the order of their portfolios, which are locked on the way: no two bookings wait for each
-- other in a circle. Portfolios are valued when all balances stand: between the two entries of an exchange there is no fall.
DECLARE
    flow record;
    standing numeric;
    touched bigint[] := '{}';
    the_portfolio bigint;
    brings_money boolean := false;
BEGIN
    FOR flow IN
        SELECT portfolio_id, currency, sum(amount) AS amount, bool_or(kind = 'WITHDRAWAL') AS has_withdrawal,
               bool_or(kind IN ('DEPOSIT', 'WITHDRAWAL')) AS brings_money
          FROM booked GROUP BY portfolio_id, currency ORDER BY portfolio_id
    LOOP
        PERFORM FROM account.portfolio WHERE portfolio_id = flow.portfolio_id FOR NO KEY UPDATE;
        UPDATE account.cash_balances SET balance = balance + flow.amount
         WHERE portfolio_id = flow.portfolio_id AND currency = flow.currency
        RETURNING balance INTO standing;
        IF NOT FOUND THEN  -- and nobody else inserts it: the portfolio is locked
            INSERT INTO account.cash_balances (portfolio_id, currency, balance)
            VALUES (flow.portfolio_id, flow.currency, flow.amount) RETURNING balance INTO standing;
        END IF;
        IF flow.has_withdrawal AND standing < 0 THEN
            RAISE EXCEPTION 'cash_withdrawal: a withdrawal cannot exceed the cash that is there'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_withdrawal',
                      HINT = 'Withdraw less, or convert currency first.';
        END IF;
        IF flow.portfolio_id IS DISTINCT FROM touched[cardinality(touched)] THEN
            touched := touched || flow.portfolio_id;
        END IF;
        brings_money := brings_money OR flow.brings_money;
    END LOOP;

    IF NOT brings_money THEN
        FOREACH the_portfolio IN ARRAY touched LOOP
            UPDATE account.portfolio SET updated_at = now() WHERE portfolio_id = the_portfolio;
        END LOOP;
        RETURN NULL;
    END IF;
    -- Money brought in or taken out is neither gain nor loss: the peak that drawdown is measured from moves in proportion. By how
    -- much is unknown where a rate is missing.
    UPDATE account.portfolio
       SET peak_value = account.peak_after_flow(peak_value, account.portfolio_value(portfolio.portfolio_id), brought.krw)
      FROM (SELECT portfolio_id,
                   CASE WHEN count(*) = count(krw) THEN sum(krw) END AS krw
              FROM (SELECT portfolio_id, CASE WHEN kind IN ('DEPOSIT', 'WITHDRAWAL')
                                              THEN amount * market.krw_rate(currency) ELSE 0 END AS krw
                      FROM booked) AS entries
             GROUP BY portfolio_id) AS brought
     WHERE portfolio.portfolio_id = brought.portfolio_id;
    RETURN NULL;
END
