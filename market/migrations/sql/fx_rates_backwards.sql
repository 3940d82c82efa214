DROP FUNCTION market.krw_rate(text, date);
