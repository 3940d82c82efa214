-- The bounds on both sides let the planner look into one partition. Rows that are stored already as they are told never
-- come near a lock or the write-ahead log.
INSERT INTO differing_prices
       (stock_id, trade_date, is_new, open_price, high_price, low_price, close_price, volume, amount, changes)
SELECT who.stock_id, told.trade_date, stored.stock_id IS NULL, told.open_price, told.high_price, told.low_price,
       told.close_price, told.volume, new.amount, new.changes
  FROM staged_prices AS told
  JOIN staged_stocks AS who USING (stock_no)
  LEFT JOIN market.daily_prices AS stored
    ON stored.stock_id = who.stock_id
   AND stored.trade_date = told.trade_date
   AND stored.trade_date BETWEEN %(first)s AND %(last)s
 CROSS JOIN LATERAL (
        SELECT CASE WHEN 'amount' = ANY (%(given)s) THEN told.amount ELSE stored.amount END AS amount,
               CASE WHEN 'changes' = ANY (%(given)s) THEN told.changes ELSE stored.changes END AS changes) AS new
 WHERE told.trade_date BETWEEN %(first)s AND %(last)s
   AND (stored.stock_id IS NULL
        OR (stored.open_price, stored.high_price, stored.low_price, stored.close_price, stored.volume, stored.amount,
            stored.changes)
           IS DISTINCT FROM
           (told.open_price, told.high_price, told.low_price, told.close_price, told.volume, new.amount, new.changes))
