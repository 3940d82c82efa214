BEGIN
    INSERT INTO account.revaluations (stock_ids) SELECT array_agg(stock_id) FROM changed HAVING count(*) > 0;
    RETURN NULL;
END
