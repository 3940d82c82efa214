-- The initial capital is the first cash entry: from then on value follows from entries and holdings alone.
BEGIN
    INSERT INTO account.cash_entries (portfolio_id, currency, amount, kind)
    SELECT portfolio_id, 'KRW', initial_capital, 'OPENING' FROM opened WHERE initial_capital > 0;
    RETURN NULL;
END
