-- Where a position went to, and where it came from.
BEGIN
    PERFORM account.touch_portfolios(ARRAY(
        SELECT portfolio_id FROM moved WHERE quantity > 0
        UNION SELECT portfolio_id FROM departed WHERE quantity > 0));
    RETURN NULL;
END
