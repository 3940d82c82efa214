SELECT min(trade_date), max(trade_date), count(*)
  FROM staged_prices
 GROUP BY date_trunc('month', trade_date)
 ORDER BY 1 DESC
