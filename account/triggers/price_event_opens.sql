-- INSERT … ON CONFLICT DO UPDATE and MERGE are several events in one statement; they open, and close, one within the other.
BEGIN
    -- What a client has typed there and is no count is none.
    PERFORM set_config('aegis.open_price_events',
        (coalesce(substring(current_setting('aegis.open_price_events', true) FROM '^\d{1,6}$'), '0')::int + 1)::text, true);
    RETURN NULL;
END
