-- Everything the ledger keeps, against what it follows from: executions, corporate actions, cash entries and
-- opening positions.
-- One row for each fact that disagrees.
WITH scope AS (
    SELECT portfolio_id FROM account.portfolio WHERE %(portfolio_id)s::bigint IS NULL OR portfolio_id = %(portfolio_id)s
), standing AS (
    SELECT e.*, o.side, o.holding_id, e.reverses_id IS NULL AND e.reversed_at IS NULL AS stands,
           e.executed_quantity * e.executed_price AS worth, e.commission + e.tax AS charges, c.cash_entry_id AS booked
      FROM trade.executions e JOIN trade.orders o USING (order_id) LEFT JOIN account.cash_entries c USING (execution_id)
), filled AS (
    SELECT o.order_id, o.status, o.quantity, o.filled_quantity,
           coalesce(sum(s.executed_quantity) FILTER (WHERE s.stands), 0) AS executed
      FROM trade.orders o LEFT JOIN standing s USING (order_id) LEFT JOIN account.holdings h ON h.holding_id = o.holding_id
     WHERE h.portfolio_id IN (SELECT portfolio_id FROM scope) OR (h.portfolio_id IS NULL AND %(portfolio_id)s::bigint IS NULL)
     GROUP BY o.order_id
), fills AS (
    SELECT holding_id, 'BUY' AS side, opening_quantity AS shares, opening_price AS price, 0::numeric AS charges, 0 AS booked,
           false AS is_fill, 0 AS number
      FROM account.holdings
    UNION ALL
    SELECT holding_id, side, executed_quantity, executed_price, charges, booked, true, execution_id FROM standing WHERE stands
    UNION ALL
    SELECT holding_id, 'ACTION', per::bigint, ratio, -cash_amount, place, false, action_entry_id
      FROM trade.action_entries WHERE reverses_id IS NULL AND reversed_at IS NULL
), replayed AS (
    SELECT holding_id, trade.position_after(side, shares, price, charges ORDER BY booked, is_fill, number) AS position
      FROM fills GROUP BY holding_id
), held AS (
    SELECT h.*, coalesce((position).quantity, 0) AS right_quantity,
           coalesce((position).average, h.opening_price) AS right_average,
           coalesce((position).realized, 0) AS right_realized,
           h.quantity * account.close_for(l.close_price, l.trade_date, h.split_on, h.split_ratio) AS right_value, s.currency
      FROM account.holdings h
      JOIN market.stocks s USING (stock_id)
      LEFT JOIN replayed USING (holding_id)
      LEFT JOIN market.latest_prices l ON l.stock_id = h.stock_id
     WHERE h.portfolio_id IN (SELECT portfolio_id FROM scope)
), cash AS (
    SELECT portfolio_id, currency, sum(amount) AS booked FROM account.cash_entries GROUP BY portfolio_id, currency
), difference AS (
    SELECT 'order' AS kind, order_id AS key, 'filled_quantity' AS fact, filled_quantity::text AS stored, executed::text AS recomputed
      FROM filled WHERE filled_quantity <> executed
    UNION ALL
    SELECT 'order', order_id, 'status', status, derived
      FROM (SELECT *, CASE WHEN status IN ('CANCELLED', 'REJECTED') THEN status WHEN executed = 0 THEN 'PENDING'
                           WHEN executed < quantity THEN 'PARTIAL_FILLED' ELSE 'FILLED' END AS derived FROM filled) AS f
     WHERE status <> derived
    UNION ALL
    SELECT 'holding', holding_id, 'quantity', quantity::text, right_quantity::text FROM held WHERE quantity <> right_quantity
    UNION ALL
    SELECT 'holding', holding_id, 'avg_purchase_price', avg_purchase_price::text, right_average::text
      FROM held WHERE avg_purchase_price <> right_average
    UNION ALL
    SELECT 'holding', holding_id, 'realized_pnl', realized_pnl::text, right_realized::text
      FROM held WHERE realized_pnl <> right_realized
    UNION ALL
    SELECT 'holding', holding_id, 'current_value', current_value::text, round(right_value, 2)::text
      FROM held WHERE current_value IS DISTINCT FROM round(right_value, 2)
    UNION ALL
    SELECT 'execution', execution_id, 'net_amount', net_amount::text, derived::text
      FROM (SELECT s.*, round(CASE WHEN s.side = 'BUY' THEN -(s.worth + s.charges) ELSE s.worth - s.charges END
                              * CASE WHEN s.reverses_id IS NULL THEN 1 ELSE -1 END, 2) AS derived
              FROM standing s JOIN held USING (holding_id)) AS e
     WHERE net_amount IS DISTINCT FROM derived
    UNION ALL
    SELECT 'execution', execution_id, 'cash entry', c.amount::text || ' ' || c.currency, s.net_amount::text || ' ' || h.currency
      FROM standing s JOIN held h USING (holding_id) LEFT JOIN account.cash_entries c USING (execution_id)
     WHERE (c.amount, c.currency, c.portfolio_id) IS DISTINCT FROM (s.net_amount, h.currency::varchar, h.portfolio_id)
    UNION ALL
    SELECT 'action entry', action_entry_id, 'cash entry', c.amount::text || ' ' || c.currency, a.cash_amount::text || ' ' || h.currency
      FROM trade.action_entries a JOIN held h USING (holding_id) LEFT JOIN account.cash_entries c USING (action_entry_id)
     WHERE (coalesce(c.amount, 0), coalesce(c.currency, h.currency::varchar), coalesce(c.portfolio_id, h.portfolio_id))
           IS DISTINCT FROM (a.cash_amount, h.currency::varchar, h.portfolio_id)
    UNION ALL
    SELECT 'cash entry', cash_entry_id, 'action entry', action_entry_id::text, NULL
      FROM account.cash_entries c JOIN scope USING (portfolio_id)
     WHERE action_entry_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM trade.action_entries a WHERE a.action_entry_id = c.action_entry_id)
    UNION ALL
    SELECT 'cash entry', cash_entry_id, 'execution', execution_id::text, NULL
      FROM account.cash_entries c JOIN scope USING (portfolio_id)
     WHERE kind = 'TRADE' AND NOT EXISTS (SELECT FROM trade.executions e WHERE e.execution_id = c.execution_id)
    UNION ALL
    SELECT 'portfolio', p.portfolio_id, 'opening cash', c.amount::text, p.initial_capital::text
      FROM account.portfolio p JOIN scope USING (portfolio_id)
      LEFT JOIN account.cash_entries c ON c.portfolio_id = p.portfolio_id AND c.kind = 'OPENING'
     WHERE coalesce(c.amount, 0) <> p.initial_capital
    UNION ALL
    SELECT 'portfolio', portfolio_id, 'cash ' || currency, coalesce(balance, 0)::text, coalesce(booked, 0)::text
      FROM account.cash_balances b FULL JOIN cash USING (portfolio_id, currency) JOIN scope USING (portfolio_id)
     WHERE coalesce(balance, 0) <> coalesce(booked, 0)
    UNION ALL
    SELECT 'portfolio', portfolio_id, 'current_value', current_value::text, round(account.portfolio_value(portfolio_id), 2)::text
      FROM account.portfolio JOIN scope USING (portfolio_id)
     WHERE current_value IS DISTINCT FROM round(account.portfolio_value(portfolio_id), 2)
    UNION ALL
    SELECT 'pick', pick_id, 'is_executed', is_executed::text, (NOT is_executed)::text
      FROM brain.daily_picks p
     WHERE %(portfolio_id)s::bigint IS NULL
       AND is_executed <> EXISTS (SELECT FROM trade.orders o JOIN standing s USING (order_id)
                                   WHERE o.pick_id = p.pick_id AND s.stands)
       AND EXISTS (SELECT FROM trade.orders o JOIN standing s USING (order_id) WHERE o.pick_id = p.pick_id)
)
SELECT kind, key, fact, stored, recomputed FROM difference ORDER BY kind, key, fact
