DROP FUNCTION market.refresh_latest_prices(bigint[]);
DROP FUNCTION market.today(text);
