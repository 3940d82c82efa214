CREATE OR REPLACE FUNCTION account.portfolio_value(the_portfolio bigint) RETURNS numeric
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT CASE WHEN count(*) = count(krw) THEN coalesce(sum(krw), 0) END
          FROM (SELECT amount * market.krw_rate(currency) AS krw
                  FROM (SELECT currency, CASE WHEN count(*) = count(amount) THEN sum(amount) END AS amount
                          FROM (SELECT currency, balance AS amount
                                  FROM account.cash_balances WHERE portfolio_id = the_portfolio AND balance <> 0
                                UNION ALL
                                SELECT currency, current_value
                                  FROM account.holdings JOIN market.stocks USING (stock_id)
                                 WHERE portfolio_id = the_portfolio AND quantity > 0) AS owned
                         GROUP BY currency) AS sums) AS rated);
END
$$;
