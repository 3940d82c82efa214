-- Sessions on which no stock of the market has a price. The lateral limit makes it one look into one partition for each
-- session; an anti-join would read every price of the market.
SELECT session
  FROM unnest(%(sessions)s::date[]) AS session
  LEFT JOIN LATERAL (SELECT true AS found
                       FROM market.daily_prices JOIN market.stocks USING (stock_id)
                      WHERE trade_date = session AND market_type = %(market)s LIMIT 1) AS price ON true
 WHERE found IS NULL
 ORDER BY session
