-- A load is many statements, month after month. Who values by prices waits for the last of them: once, and with all locks
-- taken in order.
SELECT set_config('aegis.open_price_events', '1', true)
