-- For each active stock the sessions that it has no price on, while it has one before and one after; and its halts, which
-- are rows of their own. The sessions given are those on which the market has prices.
--
-- One pass counts every stock's rows; only a stock with fewer than the sessions between its first and last is spread out.
-- What is found of a stock is materialised, because the planner, which may know nothing of the prices yet, expects a few
-- stocks: it would find it again for every pair of stocks.
WITH session AS (
    SELECT day, row_number() OVER (ORDER BY day) AS number FROM unnest(%(sessions)s::date[]) AS day
), counted AS MATERIALIZED (
    SELECT stock_id, min(trade_date) AS first_day, max(trade_date) AS last_day,
           count(*) FILTER (WHERE trade_date >= %(first)s) AS days,
           count(*) FILTER (WHERE trade_date >= %(first)s
                              AND (open_price IS NULL OR high_price IS NULL OR low_price IS NULL)) AS halted
      FROM market.daily_prices
     WHERE trade_date BETWEEN %(before)s AND %(last)s
       AND (trade_date = ANY (%(sessions)s::date[]) OR trade_date < %(first)s)
       AND stock_id IN (SELECT stock_id FROM market.stocks WHERE market_type = %(market)s AND is_active)
     GROUP BY stock_id
), listed AS (
    SELECT counted.*, greatest(first_day, %(first)s) AS since,
           -- Up to its last row; to the end of the window where there are later ones.
           CASE WHEN latest.trade_date > %(last)s THEN %(last)s ELSE last_day END AS until
      FROM counted LEFT JOIN market.latest_prices AS latest USING (stock_id)
), judged AS MATERIALIZED (
    SELECT stock_id, halted,
           CASE WHEN days < (SELECT count(*) FROM session WHERE day BETWEEN since AND until)
                THEN ARRAY(SELECT day FROM session
                            WHERE day BETWEEN since AND until
                              AND day <> ALL (ARRAY(SELECT trade_date FROM market.daily_prices
                                                     WHERE daily_prices.stock_id = listed.stock_id
                                                       AND trade_date BETWEEN %(first)s AND %(last)s))
                            ORDER BY day)
                ELSE '{}' END AS missing
      FROM listed
)
SELECT ticker, name, missing, halted
  FROM judged JOIN market.stocks USING (stock_id)
 WHERE missing <> '{}' OR halted > 0
 ORDER BY ticker
