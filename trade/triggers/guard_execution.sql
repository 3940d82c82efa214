BEGIN
    RAISE EXCEPTION 'execution_append_only: execution % is booked; only its exchange_ref may be mended', OLD.execution_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_append_only',
              HINT = 'Reverse it (reverse_execution, or insert a row with reverses_id) and book it anew.';
END
