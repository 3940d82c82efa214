-- INSERT … ON CONFLICT DO UPDATE and MERGE are several events in one statement; they open, and close, one within the other.
BEGIN
    PERFORM set_config('aegis.open_price_events',
        (coalesce(nullif(current_setting('aegis.open_price_events', true), ''), '0')::int + 1)::text, true);
    RETURN NULL;
END
