-- The bounds let the planner leave out the partitions of other months.
SELECT stored.stock_id, stored.trade_date, open_price, high_price, low_price, close_price, volume, amount, changes
  FROM unnest(%(stocks)s::bigint[], %(days)s::date[]) AS asked (stock_id, trade_date)
  JOIN market.daily_prices AS stored USING (stock_id, trade_date)
 WHERE stored.trade_date BETWEEN %(first)s AND %(last)s
