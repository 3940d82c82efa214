DECLARE
    moved bigint[];
BEGIN
    -- From here on nobody moves these newest prices, not even back: whoever deletes one waits, and then sees our rows. So
    -- what is read below stays true, and of the rows of a whole month only the few that are not older matter.
    PERFORM FROM market.latest_prices
      WHERE stock_id IN (SELECT stock_id FROM departed UNION SELECT stock_id FROM arrived)
      ORDER BY stock_id FOR NO KEY UPDATE;
    -- Stocks whose newest price was moved to another day or another stock.
    moved := ARRAY(
        SELECT departed.stock_id
          FROM departed JOIN market.latest_prices USING (stock_id, trade_date)
         WHERE NOT EXISTS (SELECT FROM arrived
                            WHERE (arrived.stock_id, arrived.trade_date) = (departed.stock_id, departed.trade_date)));
    INSERT INTO market.latest_prices AS latest (stock_id, trade_date, close_price)
    SELECT DISTINCT ON (stock_id) stock_id, newest.trade_date, newest.close_price
      FROM (SELECT arrived.stock_id, arrived.trade_date, arrived.close_price
              FROM arrived LEFT JOIN market.latest_prices AS known USING (stock_id)
             WHERE known.trade_date IS NULL OR arrived.trade_date >= known.trade_date
            OFFSET 0) AS newest  -- The dates at the exchanges are computed for these rows only.
      JOIN market.stocks USING (stock_id)
     WHERE newest.trade_date <= market.today(market_type)
     ORDER BY stock_id, newest.trade_date DESC
        ON CONFLICT (stock_id) DO UPDATE
       SET trade_date = EXCLUDED.trade_date, close_price = EXCLUDED.close_price
     WHERE EXCLUDED.trade_date >= latest.trade_date
       AND (latest.trade_date, latest.close_price) IS DISTINCT FROM (EXCLUDED.trade_date, EXCLUDED.close_price);
    PERFORM market.refresh_latest_prices(moved) WHERE cardinality(moved) > 0;
    RETURN NULL;
END
