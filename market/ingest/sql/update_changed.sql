-- The bounds let the planner look into one partition. Rows that are stored already as they are told never come near a
-- lock or the write-ahead log. What the file has no column for stays.
UPDATE market.daily_prices AS stored
   SET open_price = told.open_price,
       high_price = told.high_price,
       low_price = told.low_price,
       close_price = told.close_price,
       volume = told.volume,
       amount = CASE WHEN 'amount' = ANY (%(given)s) THEN told.amount ELSE stored.amount END,
       changes = CASE WHEN 'changes' = ANY (%(given)s) THEN told.changes ELSE stored.changes END
  FROM {told} AS told
 WHERE stored.stock_id = told.stock_id
   AND stored.trade_date = told.trade_date
   AND stored.trade_date BETWEEN %(first)s AND %(last)s
   AND ((stored.open_price, stored.high_price, stored.low_price, stored.close_price, stored.volume)
        IS DISTINCT FROM (told.open_price, told.high_price, told.low_price, told.close_price, told.volume)
        OR 'amount' = ANY (%(given)s) AND stored.amount IS DISTINCT FROM told.amount
        OR 'changes' = ANY (%(given)s) AND stored.changes IS DISTINCT FROM told.changes)
