-- The last statement, which finds nothing to do but ends the load.
SELECT set_config('aegis.open_price_events', '0', true);
UPDATE market.daily_prices SET volume = volume WHERE false
