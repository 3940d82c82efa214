BEGIN
    RAISE EXCEPTION 'cash_balance: balances follow from cash entries'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_balance', HINT = 'Book a cash entry.';
END
