DROP FUNCTION market.day_starts(text, date);

-- The date at the exchange: a price dated after it is not a price yet.
CREATE OR REPLACE FUNCTION market.today(market_type text) RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT (now() AT TIME ZONE CASE WHEN market_type IN ('KOSPI', 'KOSDAQ')
                                    THEN 'Asia/Seoul' ELSE 'America/New_York' END)::date
$$;

DROP FUNCTION market.time_zone(text);
