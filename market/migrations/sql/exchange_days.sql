CREATE FUNCTION market.time_zone(market_type text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN market_type IN ('KOSPI', 'KOSDAQ') THEN 'Asia/Seoul' ELSE 'America/New_York' END
$$;
COMMENT ON FUNCTION market.time_zone(text) IS 'Where the exchange of this market keeps its clock';

-- The date at the exchange: a price dated after it is not a price yet.
CREATE OR REPLACE FUNCTION market.today(market_type text) RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT (now() AT TIME ZONE market.time_zone(market_type))::date
$$;

-- When a day begins at the exchange: an action is in force from the first instant of its effective date.
CREATE FUNCTION market.day_starts(market_type text, the_day date) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT the_day::timestamp AT TIME ZONE market.time_zone(market_type)
$$;
COMMENT ON FUNCTION market.day_starts(text, date) IS 'When a day begins at the exchange of this market';
