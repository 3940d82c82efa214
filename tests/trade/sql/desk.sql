-- Korean and American stocks with a close and a report each, portfolios with cash, holdings of everything, and big orders on
-- each holding, some of them of the same pick.
INSERT INTO market.stocks (ticker, name, market_type)
SELECT 'DRILL' || n, 'Drill ' || n, CASE WHEN n % 3 = 0 THEN 'NASDAQ' ELSE 'KOSPI' END
  FROM generate_series(1, 36) AS n;
INSERT INTO market.fx_rates (currency, rate_date, krw_per_unit) VALUES ('USD', market.today('KOSPI') - 1, 1350);
-- Two stocks have no close yet: the first one arrives during the drill.
INSERT INTO market.daily_prices (stock_id, trade_date, close_price, volume)
SELECT stock_id, market.today(market_type) - age, 100, 1
  FROM market.stocks CROSS JOIN generate_series(0, 1) AS age WHERE ticker NOT IN ('DRILL2', 'DRILL6');
INSERT INTO brain.ai_reports (stock_id, analysis_date, confidence_score, risk_level, model_version)
SELECT stock_id, now(), 0.9, 'LOW', 'drill' FROM market.stocks;
INSERT INTO brain.daily_picks (report_id, pick_date, action)
SELECT report_id, market.today('KOSPI'), 'BUY' FROM brain.ai_reports;
INSERT INTO account.portfolio (name, initial_capital) SELECT 'Drill ' || n, 100000000 FROM generate_series(1, 3) AS n;
INSERT INTO account.cash_entries (portfolio_id, currency, amount, kind)
SELECT portfolio_id, 'USD', 100000, 'DEPOSIT' FROM account.portfolio;
INSERT INTO account.holdings (portfolio_id, stock_id, quantity, avg_purchase_price)
SELECT portfolio_id, stock_id, 100, 100 FROM account.portfolio CROSS JOIN (SELECT * FROM market.stocks ORDER BY 1 LIMIT 6) AS traded;
INSERT INTO trade.orders (holding_id, pick_id, order_type, side, quantity)
SELECT holding_id, pick_id, 'MARKET', 'BUY', 500
  FROM account.holdings JOIN brain.daily_picks USING (stock_id) ORDER BY random();
INSERT INTO trade.orders (holding_id, order_type, side, quantity)
SELECT holding_id, 'MARKET', 'SELL', 80 FROM account.holdings ORDER BY random();
