DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I RESET constraint_exclusion', current_database());
END
$$;
