-- Holdings are valued when the last event of the statement is over, all in one go: a second go would wait for holdings while
-- it keeps portfolios locked, and a fill does the opposite. A load of several statements opens one event more.
DECLARE
    still_open CONSTANT int := current_setting('aegis.open_price_events')::int - 1;
BEGIN
    PERFORM set_config('aegis.open_price_events', still_open::text, true);
    IF still_open = 0 THEN
        PERFORM account.revalue_queued();
    END IF;
    RETURN NULL;
END
