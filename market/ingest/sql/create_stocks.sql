-- ON CONFLICT: an operator may have added the stock since the load began.
INSERT INTO market.stocks (stock_id, ticker, name, market_type, sector, industry, market_cap, listing_date, is_active)
SELECT coalesce(reserved_id, nextval(pg_get_serial_sequence('market.stocks', 'stock_id'))),
       ticker, name, market_type, sector, industry, market_cap, listing_date, coalesce(is_active, true)
  FROM staged_stocks
 WHERE stock_id IS NULL
 ORDER BY stock_no
    ON CONFLICT (ticker) DO NOTHING
