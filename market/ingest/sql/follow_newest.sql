-- The stocks of a price file follow its newest facts, where no newer price is stored. The facts come as arrays: for a
-- day's stocks a temporary table costs more than what it is for.
UPDATE market.stocks AS stock
   SET name = told.name,
       market_type = told.market_type,
       market_cap = told.market_cap
  FROM (SELECT stock_id,
               coalesce(fact.name, known.name) AS name,
               coalesce(fact.market_type, known.market_type) AS market_type,
               CASE WHEN 'market_cap' = ANY (%(given)s) THEN fact.market_cap::numeric ELSE known.market_cap
                END AS market_cap
          FROM unnest(%(stock_id)s::bigint[], %(trade_date)s::date[], %(name)s::text[], %(market_type)s::text[],
                      %(market_cap)s::text[]) AS fact (stock_id, trade_date, name, market_type, market_cap)
          JOIN market.stocks AS known USING (stock_id)
          LEFT JOIN market.latest_prices AS latest USING (stock_id)
         WHERE latest.trade_date IS NULL OR fact.trade_date >= latest.trade_date) AS told
 WHERE told.stock_id = stock.stock_id
   AND (stock.name, stock.market_type, stock.market_cap) IS DISTINCT FROM (told.name, told.market_type, told.market_cap)
