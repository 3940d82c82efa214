BEGIN
    PERFORM account.touch_portfolios(ARRAY(SELECT DISTINCT portfolio_id FROM moved WHERE quantity > 0));
    RETURN NULL;
END
