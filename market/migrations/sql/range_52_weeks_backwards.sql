DROP FUNCTION market.range_52_weeks(bigint, date, boolean);
