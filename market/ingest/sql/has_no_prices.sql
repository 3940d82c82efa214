SELECT NOT EXISTS (SELECT FROM market.daily_prices WHERE trade_date BETWEEN %(first)s AND %(last)s)
