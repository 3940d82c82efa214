-- The same writes as statements of a client in one transaction, on the twins.
\set holding random(1, 2000)
BEGIN;
SELECT (p.is_active AND s.is_active AND p.buying_halted_at IS NULL)::int AS admitted, s.currency, p.created_by AS owner FROM twin.holdings h JOIN twin.portfolio p USING (portfolio_id) JOIN market.stocks s USING (stock_id) WHERE h.holding_id = :holding \gset
INSERT INTO twin.orders (holding_id, order_type, side, quantity, owned_by) VALUES (:holding, 'MARKET', 'BUY', 10 * :admitted, :owner) RETURNING order_id \gset
SELECT (holding_id IS NOT NULL AND status <> 'REJECTED' AND filled_quantity + 10 <= quantity)::int AS fits FROM twin.orders WHERE order_id = :order_id FOR NO KEY UPDATE \gset
SELECT portfolio_id, stock_id FROM twin.holdings WHERE holding_id = :holding FOR NO KEY UPDATE \gset
SELECT is_active FROM twin.portfolio WHERE portfolio_id = :portfolio_id FOR NO KEY UPDATE \gset
INSERT INTO twin.executions (order_id, executed_quantity, executed_price, commission, net_amount, exchange_ref) VALUES (:order_id, 10 * :fits, 99, 1, -(10 * 99 + 1), 'bench') RETURNING execution_id \gset
UPDATE twin.orders SET filled_quantity = filled_quantity + 10, status = CASE WHEN filled_quantity + 10 < quantity THEN 'PARTIAL_FILLED' ELSE 'FILLED' END WHERE order_id = :order_id;
UPDATE twin.holdings h SET quantity = h.quantity + 10, avg_purchase_price = (h.quantity * h.avg_purchase_price + 10 * 99) / (h.quantity + 10), realized_pnl = h.realized_pnl - 1, current_value = (h.quantity + 10) * l.close_price, unrealized_pnl = (h.quantity + 10) * l.close_price - (h.quantity * h.avg_purchase_price + 10 * 99), unrealized_pnl_rate = (l.close_price / ((h.quantity * h.avg_purchase_price + 10 * 99) / (h.quantity + 10)) - 1) * 100, valued_on = l.trade_date, last_updated = now() FROM market.latest_prices l WHERE h.holding_id = :holding AND l.stock_id = h.stock_id;
INSERT INTO twin.cash_entries (portfolio_id, currency, amount, kind, execution_id) VALUES (:portfolio_id, :currency, -(10 * 99 + 1), 'TRADE', :execution_id);
INSERT INTO twin.cash_balances AS standing (portfolio_id, currency, balance) VALUES (:portfolio_id, :currency, -(10 * 99 + 1)) ON CONFLICT (portfolio_id, currency) DO UPDATE SET balance = standing.balance + EXCLUDED.balance;
SELECT CASE WHEN bool_and(amount IS NOT NULL AND rate IS NOT NULL) THEN sum(amount * rate) END AS worth FROM (SELECT amount, market.krw_rate(currency) AS rate FROM (SELECT currency, balance AS amount FROM twin.cash_balances WHERE portfolio_id = :portfolio_id AND balance <> 0 UNION ALL SELECT currency, CASE WHEN count(*) = count(current_value) THEN sum(current_value) END FROM twin.holdings JOIN market.stocks USING (stock_id) WHERE portfolio_id = :portfolio_id AND quantity > 0 GROUP BY currency) AS owned) AS rated \gset
UPDATE twin.portfolio SET current_value = :worth, peak_value = greatest(peak_value, :worth), updated_at = now(), buying_halted_at = CASE WHEN :worth < peak_value * (1 - max_drawdown / 100) THEN now() END WHERE portfolio_id = :portfolio_id;
COMMIT;
