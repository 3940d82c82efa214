-- What a peak becomes when money is brought in or taken out. That is neither gain nor loss, so the fall from the peak stays what
-- it was, in percent: the peak moves as the value does. A value of nothing or less has no percentage, before or after: then the
-- fall is measured anew, from the value after. Where value or flow is unknown there is no peak until the next value.
-- Cut off and not rounded, so that no flow alone takes a portfolio below its maximum drawdown; and never more than the column holds.
CREATE FUNCTION account.peak_after_flow(peak numeric, value_after numeric, flow numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    after CONSTANT numeric := round(value_after, 2);
    before CONSTANT numeric := round(value_after - flow, 2);
BEGIN
    IF flow = 0 THEN
        RETURN peak;
    ELSIF before > 0 AND after > 0 THEN
        RETURN least(div(greatest(peak, before) * after * 100, before) / 100, 1e35);
    END IF;
    RETURN CASE WHEN flow IS NOT NULL THEN after END;
END
$$;
COMMENT ON FUNCTION account.peak_after_flow IS 'The peak that leaves the fall in percent as it was before a flow of cash; KRW';
REVOKE EXECUTE ON FUNCTION account.peak_after_flow FROM PUBLIC;
