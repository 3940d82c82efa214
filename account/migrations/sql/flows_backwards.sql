DROP FUNCTION account.peak_after_flow(numeric, numeric, numeric);
