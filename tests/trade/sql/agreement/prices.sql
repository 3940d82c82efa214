SELECT stock_id, latest.trade_date, latest.close_price, newest.trade_date AS newest_date, newest.close_price AS newest_close
  FROM market.latest_prices AS latest
  FULL JOIN (SELECT DISTINCT ON (stock_id) stock_id, trade_date, close_price
               FROM market.daily_prices JOIN market.stocks USING (stock_id)
              WHERE trade_date <= market.today(market_type) ORDER BY stock_id, trade_date DESC) AS newest USING (stock_id)
 WHERE (latest.trade_date, latest.close_price) IS DISTINCT FROM (newest.trade_date, newest.close_price)
