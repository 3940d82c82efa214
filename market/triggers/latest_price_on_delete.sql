DECLARE
    bereft bigint[] := ARRAY(
        SELECT stock_id FROM departed JOIN market.latest_prices USING (stock_id, trade_date));
BEGIN
    PERFORM market.refresh_latest_prices(bereft) WHERE cardinality(bereft) > 0;
    RETURN NULL;
END
