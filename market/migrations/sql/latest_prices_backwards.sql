DROP FUNCTION market.refresh_latest_prices(bigint[]);
DROP FUNCTION market.today(text);
DROP FUNCTION market.time_zone(text);
