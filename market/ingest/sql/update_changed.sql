UPDATE market.daily_prices AS stored
   SET open_price = told.open_price,
       high_price = told.high_price,
       low_price = told.low_price,
       close_price = told.close_price,
       volume = told.volume,
       amount = told.amount,
       changes = told.changes
  FROM differing_prices AS told
 WHERE NOT told.is_new
   AND stored.stock_id = told.stock_id
   AND stored.trade_date = told.trade_date
   AND stored.trade_date BETWEEN %(first)s AND %(last)s
