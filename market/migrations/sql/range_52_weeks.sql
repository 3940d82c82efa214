-- One stock's highest high and lowest low of the 52 weeks that end with a day, raw or in today's shares. A function, for its plan:
-- planning 13 months takes longer than reading them, so the session keeps one plan of all months and prunes it when it runs.
CREATE FUNCTION market.range_52_weeks(
    the_stock bigint, last_day date, adjusted boolean DEFAULT false, OUT highest numeric, OUT lowest numeric)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    IF adjusted THEN
        SELECT max(high_price), min(low_price) INTO highest, lowest
          FROM market.adjusted_prices WHERE stock_id = the_stock AND trade_date BETWEEN last_day - 363 AND last_day;
    ELSE
        -- A bare max() would make PostgreSQL plan every month twice more, in search of an index that ends it early.
        SELECT max(high_price) FILTER (WHERE high_price IS NOT NULL), min(low_price) FILTER (WHERE low_price IS NOT NULL)
          INTO highest, lowest
          FROM market.daily_prices WHERE stock_id = the_stock AND trade_date BETWEEN last_day - 363 AND last_day;
    END IF;
END
$$;
COMMENT ON FUNCTION market.range_52_weeks IS 'Highest high and lowest low of a stock in the 52 weeks that end with a day';
