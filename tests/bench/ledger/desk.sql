-- 100 portfolios of 20 holdings each, a quarter of them American, with closes and a rate: what each transaction meets.
INSERT INTO market.stocks (ticker, name, market_type)
SELECT 'B' || n, 'Bench ' || n, CASE WHEN n % 4 = 0 THEN 'NASDAQ' ELSE 'KOSPI' END FROM generate_series(1, 200) AS n;
INSERT INTO market.fx_rates (currency, rate_date, krw_per_unit) VALUES ('USD', market.today('KOSPI') - 1, 1350);
INSERT INTO market.daily_prices (stock_id, trade_date, close_price, volume)
SELECT stock_id, market.today(market_type), 100, 1 FROM market.stocks;
INSERT INTO account.portfolio (name, initial_capital, max_drawdown)
SELECT 'Bench ' || n, 900000000000000, 90 FROM generate_series(1, 100) AS n;
INSERT INTO account.cash_entries (portfolio_id, currency, amount, kind)
SELECT portfolio_id, 'USD', 900000000000, 'DEPOSIT' FROM account.portfolio;
INSERT INTO account.holdings (portfolio_id, stock_id, quantity, avg_purchase_price)
SELECT portfolio_id, stock_id, 100, 95 FROM account.portfolio CROSS JOIN market.stocks WHERE (portfolio_id + stock_id) % 10 = 0;
