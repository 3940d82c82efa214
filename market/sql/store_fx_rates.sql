-- Rates that are stored already are left alone; how many were new is what has no earlier version.
WITH stored AS (
    INSERT INTO market.fx_rates AS known (currency, rate_date, krw_per_unit)
    SELECT * FROM unnest(%(currencies)s::text[], %(days)s::date[], %(rates)s::numeric[])
        ON CONFLICT (currency, rate_date) DO UPDATE SET krw_per_unit = EXCLUDED.krw_per_unit
     WHERE known.krw_per_unit <> EXCLUDED.krw_per_unit
    RETURNING xmax = 0 AS is_new
)
SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM stored
