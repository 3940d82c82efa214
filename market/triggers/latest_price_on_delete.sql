DECLARE
    bereft bigint[];
BEGIN
    -- Somebody else may be deleting the newest price of one of these stocks, and be about to find one of ours the next.
    PERFORM FROM market.latest_prices
      WHERE stock_id IN (SELECT stock_id FROM departed) ORDER BY stock_id FOR NO KEY UPDATE;
    bereft := ARRAY(SELECT stock_id FROM departed JOIN market.latest_prices USING (stock_id, trade_date));
    PERFORM market.refresh_latest_prices(bereft) WHERE cardinality(bereft) > 0;
    RETURN NULL;
END
