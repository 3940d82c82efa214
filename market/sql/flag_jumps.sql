-- One alert for each stock and day whose close is further from the previous one than its market allows in a day, after
-- what the corporate actions on file explain. Raw moves are looked at first: few stocks jump, or have an action.
WITH price AS (
    SELECT stock_id, trade_date, close_price,
           lag(trade_date) OVER earlier AS previous_date, lag(close_price) OVER earlier AS previous
      FROM market.daily_prices
     WHERE trade_date BETWEEN %(before)s AND %(last)s
    WINDOW earlier AS (PARTITION BY stock_id ORDER BY trade_date)
), moved AS (
    SELECT * FROM price
     WHERE trade_date >= %(first)s
       AND previous_date >= trade_date - %(look_back)s
       AND (abs(close_price - previous) > previous * least(%(korea)s, %(america)s)
            OR stock_id IN (SELECT stock_id FROM market.corporate_actions
                         WHERE effective_date BETWEEN %(before)s AND %(last)s))
), jump AS (
    SELECT moved.*, ticker, name, base,
           CASE WHEN market_type IN ('KOSPI', 'KOSDAQ') THEN %(korea)s ELSE %(america)s END AS allowed
      FROM moved JOIN market.stocks USING (stock_id)
     CROSS JOIN LATERAL (
            SELECT (previous - coalesce(sum(amount), 0)) / market.product(price_factor) AS base
              FROM market.corporate_actions AS action
             WHERE action.stock_id = moved.stock_id
               AND effective_date > previous_date AND effective_date <= trade_date) AS explained
)
INSERT INTO system.alerts (alert_type, severity, module, message, data)
SELECT 'WARNING', 'HIGH', 'market',
       format('%%s %%s moved %%s %%%% on %%s, from %%s to %%s: more than a day allows, and no corporate action on file explains it.',
              ticker, name, to_char((close_price / base - 1) * 100, 'FMSG999999990.0'), trade_date,
              trim_scale(round(base, 4)), trim_scale(close_price)),
       jsonb_build_object('rule', 'price_jump', 'stock_id', stock_id, 'trade_date', trade_date, 'close', close_price,
                          'previous_date', previous_date, 'previous', previous, 'base', round(base, 4))
  FROM jump
 WHERE base > 0 AND abs(close_price - base) > base * allowed
   AND NOT EXISTS (SELECT FROM system.alerts
                    WHERE data ->> 'rule' = 'price_jump'
                      AND data ->> 'stock_id' = jump.stock_id::text
                      AND data ->> 'trade_date' = jump.trade_date::text)
 ORDER BY trade_date, ticker
