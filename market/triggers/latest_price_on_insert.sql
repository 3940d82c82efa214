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
    RETURN NULL;
END
