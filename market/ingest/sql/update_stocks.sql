-- What the file has no column for stays; name, market and activity, which cannot be nothing, stay where the cell is empty.
UPDATE market.stocks AS stock
   SET name = told.name,
       market_type = told.market_type,
       sector = told.sector,
       industry = told.industry,
       market_cap = told.market_cap,
       listing_date = told.listing_date,
       is_active = told.is_active
  FROM (
        SELECT known.stock_id,
               coalesce(staged.name, known.name) AS name,
               coalesce(staged.market_type, known.market_type) AS market_type,
               CASE WHEN 'sector' = ANY (%(given)s) THEN staged.sector ELSE known.sector END AS sector,
               CASE WHEN 'industry' = ANY (%(given)s) THEN staged.industry ELSE known.industry END AS industry,
               CASE WHEN 'market_cap' = ANY (%(given)s) THEN staged.market_cap ELSE known.market_cap END AS market_cap,
               CASE WHEN 'listing_date' = ANY (%(given)s) THEN staged.listing_date
                    ELSE known.listing_date END AS listing_date,
               coalesce(staged.is_active, known.is_active) AS is_active
          FROM staged_stocks AS staged
          JOIN market.stocks AS known USING (stock_id)) AS told
 WHERE told.stock_id = stock.stock_id
   AND (stock.name, stock.market_type, stock.sector, stock.industry, stock.market_cap, stock.listing_date,
        stock.is_active)
       IS DISTINCT FROM
       (told.name, told.market_type, told.sector, told.industry, told.market_cap, told.listing_date, told.is_active)
