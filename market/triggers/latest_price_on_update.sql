DECLARE
    -- Stocks whose newest price was moved to another day or another stock.
    moved bigint[] := ARRAY(
        SELECT departed.stock_id
          FROM departed JOIN market.latest_prices USING (stock_id, trade_date)
         WHERE NOT EXISTS (SELECT FROM arrived
                            WHERE (arrived.stock_id, arrived.trade_date) = (departed.stock_id, departed.trade_date)));
BEGIN
    INSERT INTO market.latest_prices AS latest (stock_id, trade_date, close_price)
    SELECT DISTINCT ON (stock_id) stock_id, trade_date, close_price
      FROM arrived JOIN market.stocks USING (stock_id)
     WHERE trade_date <= market.today(market_type)
     ORDER BY stock_id, trade_date DESC
        ON CONFLICT (stock_id) DO UPDATE
       SET trade_date = EXCLUDED.trade_date, close_price = EXCLUDED.close_price
     WHERE EXCLUDED.trade_date >= latest.trade_date
       AND (latest.trade_date, latest.close_price) IS DISTINCT FROM (EXCLUDED.trade_date, EXCLUDED.close_price);
    PERFORM market.refresh_latest_prices(moved) WHERE cardinality(moved) > 0;
    RETURN NULL;
END
