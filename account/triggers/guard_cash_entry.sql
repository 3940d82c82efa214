BEGIN
    RAISE EXCEPTION 'cash_append_only: cash entries are neither changed nor deleted'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_append_only',
              HINT = 'Book an entry of the opposite amount; reverse the execution that a TRADE entry belongs to.';
END
