-- Of the rows of one stock and day the first stays. Those that say the same are mere repeats; the others contradict it.
WITH firsts AS MATERIALIZED (
    SELECT stock_id, trade_date, min(line) AS line
      FROM staged_prices
     GROUP BY stock_id, trade_date
    HAVING count(*) > 1
), removed AS (
    DELETE FROM staged_prices AS later
     USING firsts JOIN staged_prices AS first USING (stock_id, trade_date, line)
     WHERE (later.stock_id, later.trade_date) = (firsts.stock_id, firsts.trade_date)
       AND later.line > firsts.line
    RETURNING later.line,
              (later.open_price, later.high_price, later.low_price, later.close_price, later.volume, later.amount,
               later.changes)
              IS DISTINCT FROM
              (first.open_price, first.high_price, first.low_price, first.close_price, first.volume, first.amount,
               first.changes) AS contradicts
)
SELECT count(*) FILTER (WHERE NOT contradicts), coalesce(array_agg(line) FILTER (WHERE contradicts), '{}')
  FROM removed
