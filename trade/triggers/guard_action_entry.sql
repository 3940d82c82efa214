BEGIN
    RAISE EXCEPTION 'action_append_only: action entry % is booked', OLD.action_entry_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'action_append_only',
              HINT = 'Insert an entry that reverses it.';
END
