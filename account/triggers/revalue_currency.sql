BEGIN
    PERFORM account.touch_portfolios(ARRAY(
        SELECT portfolio_id FROM account.cash_balances JOIN changed USING (currency)
        UNION
        SELECT portfolio_id FROM account.holdings JOIN market.stocks USING (stock_id) JOIN changed USING (currency)));
    RETURN NULL;
END
