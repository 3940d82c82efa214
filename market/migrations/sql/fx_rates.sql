-- PL/pgSQL keeps its plan for the session; an SQL function of this form is planned at each call before PostgreSQL 18.
CREATE FUNCTION market.krw_rate(of_currency text, on_day date DEFAULT NULL) RETURNS numeric
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF of_currency = 'KRW' THEN
        RETURN 1;
    END IF;
    RETURN (SELECT krw_per_unit FROM market.fx_rates
             WHERE currency = of_currency AND rate_date <= coalesce(on_day, (now() AT TIME ZONE 'Asia/Seoul')::date)
             ORDER BY rate_date DESC LIMIT 1);
END
$$;
COMMENT ON FUNCTION market.krw_rate(text, date) IS 'KRW for one unit, at the newest rate not after the day; NULL if none';
