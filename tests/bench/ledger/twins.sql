-- The same tables without our triggers: the same columns, defaults, keys, checks, indexes and foreign keys, and the same rows.
-- Who writes to them has to do all that our triggers do for a BUY that fills at once:
--   * admit the order: pick, halted buying, active portfolio and stock; and say whose it is
--   * lock order, holding and portfolio, in this order
--   * refuse a proposal, a rejected order, an over-fill and an over-sell
--   * the signed net amount of the fill, in the trading currency
--   * filled quantity and status of the order, is_executed of its pick
--   * quantity, average cost and realised P&L of the holding, and its value, unrealised P&L, rate and date at the newest close
--   * the cash entry and the balance in its currency
--   * the portfolio's value in KRW from all its cash and holdings, its peak, and the drawdown that halts buying
CREATE SCHEMA twin;
CREATE TABLE twin.portfolio (LIKE account.portfolio INCLUDING ALL);
CREATE TABLE twin.holdings (LIKE account.holdings INCLUDING ALL);
CREATE TABLE twin.cash_entries (LIKE account.cash_entries INCLUDING ALL);
CREATE TABLE twin.cash_balances (LIKE account.cash_balances INCLUDING ALL);
CREATE TABLE twin.orders (LIKE trade.orders INCLUDING ALL);
CREATE TABLE twin.executions (LIKE trade.executions INCLUDING ALL);
ALTER TABLE twin.holdings ADD FOREIGN KEY (portfolio_id) REFERENCES twin.portfolio, ADD FOREIGN KEY (stock_id) REFERENCES market.stocks;
ALTER TABLE twin.cash_entries ADD FOREIGN KEY (portfolio_id) REFERENCES twin.portfolio;
ALTER TABLE twin.cash_balances ADD FOREIGN KEY (portfolio_id) REFERENCES twin.portfolio;
ALTER TABLE twin.orders ADD FOREIGN KEY (holding_id) REFERENCES twin.holdings, ADD FOREIGN KEY (pick_id) REFERENCES brain.daily_picks;
ALTER TABLE twin.executions ADD FOREIGN KEY (order_id) REFERENCES twin.orders, ADD FOREIGN KEY (reverses_id) REFERENCES twin.executions;
INSERT INTO twin.portfolio OVERRIDING SYSTEM VALUE SELECT * FROM account.portfolio;
INSERT INTO twin.holdings OVERRIDING SYSTEM VALUE SELECT * FROM account.holdings;
INSERT INTO twin.cash_entries (portfolio_id, currency, amount, kind) SELECT portfolio_id, currency, amount, kind FROM account.cash_entries;
INSERT INTO twin.cash_balances (portfolio_id, currency, balance) SELECT portfolio_id, currency, balance FROM account.cash_balances;

-- One call that places and fills an order, on the twins.
CREATE FUNCTION twin.buy(the_holding bigint, shares bigint, price numeric, fee numeric, ref text) RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
    placed twin.orders;
    owner record;
    held twin.holdings;
    holder twin.portfolio;
    close market.latest_prices;
    executed bigint;
    paid numeric := -(shares * price + fee);
    worth numeric;
BEGIN
    SELECT p.is_active, p.buying_halted_at, p.created_by, s.is_active AS is_listed, s.currency INTO owner
      FROM twin.holdings h JOIN twin.portfolio p USING (portfolio_id) JOIN market.stocks s USING (stock_id)
     WHERE h.holding_id = the_holding;
    IF owner.buying_halted_at IS NOT NULL OR NOT owner.is_active OR NOT owner.is_listed THEN
        RAISE EXCEPTION 'no new BUY orders';
    END IF;
    INSERT INTO twin.orders (holding_id, order_type, side, quantity, owned_by)
    VALUES (the_holding, 'MARKET', 'BUY', shares, owner.created_by) RETURNING * INTO placed;
    SELECT * INTO placed FROM twin.orders WHERE order_id = placed.order_id FOR NO KEY UPDATE;
    SELECT * INTO held FROM twin.holdings WHERE holding_id = placed.holding_id FOR NO KEY UPDATE;
    SELECT * INTO holder FROM twin.portfolio WHERE portfolio_id = held.portfolio_id FOR NO KEY UPDATE;
    IF placed.holding_id IS NULL OR placed.status = 'REJECTED' OR placed.filled_quantity + shares > placed.quantity
       OR (placed.side = 'SELL' AND shares > held.quantity) THEN
        RAISE EXCEPTION 'cannot be booked';
    END IF;
    INSERT INTO twin.executions (order_id, executed_quantity, executed_price, commission, net_amount, exchange_ref)
    VALUES (placed.order_id, shares, price, fee, paid, ref) RETURNING execution_id INTO executed;
    UPDATE twin.orders
       SET filled_quantity = filled_quantity + shares,
           status = CASE WHEN filled_quantity + shares < quantity THEN 'PARTIAL_FILLED' ELSE 'FILLED' END
     WHERE order_id = placed.order_id;
    IF placed.pick_id IS NOT NULL THEN
        UPDATE brain.daily_picks SET is_executed = true WHERE pick_id = placed.pick_id AND NOT is_executed;
    END IF;
    held.avg_purchase_price := (held.quantity * held.avg_purchase_price + shares * price) / (held.quantity + shares);
    held.quantity := held.quantity + shares;
    SELECT * INTO close FROM market.latest_prices WHERE stock_id = held.stock_id;
    UPDATE twin.holdings
       SET quantity = held.quantity, avg_purchase_price = held.avg_purchase_price, realized_pnl = realized_pnl - fee,
           current_value = held.quantity * close.close_price,
           unrealized_pnl = held.quantity * (close.close_price - held.avg_purchase_price),
           unrealized_pnl_rate = (close.close_price / held.avg_purchase_price - 1) * 100,
           valued_on = close.trade_date, last_updated = now()
     WHERE holding_id = held.holding_id;
    INSERT INTO twin.cash_entries (portfolio_id, currency, amount, kind, execution_id)
    VALUES (held.portfolio_id, owner.currency, paid, 'TRADE', executed);
    INSERT INTO twin.cash_balances AS standing (portfolio_id, currency, balance)
    VALUES (held.portfolio_id, owner.currency, paid)
        ON CONFLICT (portfolio_id, currency) DO UPDATE SET balance = standing.balance + EXCLUDED.balance;
    SELECT CASE WHEN bool_and(amount IS NOT NULL AND rate IS NOT NULL) THEN sum(amount * rate) END INTO worth
      FROM (SELECT amount, market.krw_rate(currency) AS rate
              FROM (SELECT currency, balance AS amount
                      FROM twin.cash_balances WHERE portfolio_id = held.portfolio_id AND balance <> 0
                    UNION ALL
                    SELECT currency, CASE WHEN count(*) = count(current_value) THEN sum(current_value) END
                      FROM twin.holdings JOIN market.stocks USING (stock_id)
                     WHERE portfolio_id = held.portfolio_id AND quantity > 0
                     GROUP BY currency) AS owned) AS rated;
    UPDATE twin.portfolio
       SET current_value = worth, peak_value = greatest(peak_value, worth), updated_at = now(),
           buying_halted_at = CASE WHEN worth < peak_value * (1 - max_drawdown / 100) THEN now() END
     WHERE portfolio_id = held.portfolio_id;
    RETURN executed;
END
$$;
