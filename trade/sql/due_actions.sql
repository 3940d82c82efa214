-- The holdings that an action of these days has not moved yet: those with shares when its day began, and, where shares
-- become others, those with open orders from before. Holdings on which it was taken back count as not moved.
SELECT action_id, holding_id
  FROM market.corporate_actions AS action
  JOIN market.stocks AS stock USING (stock_id)
  JOIN account.holdings AS holding USING (stock_id)
 WHERE kind <> 'RIGHTS'
   AND (%(action)s::bigint IS NULL OR action_id = %(action)s)
   AND effective_date BETWEEN coalesce(%(first)s, market.today(market_type)) AND coalesce(%(last)s, market.today(market_type))
   AND effective_date <= market.today(market_type)
   AND NOT EXISTS (SELECT FROM trade.action_entries AS entry
                    WHERE entry.action_id = action.action_id AND entry.holding_id = holding.holding_id
                      AND entry.reverses_id IS NULL AND (entry.reversed_at IS NULL OR NOT %(again)s))
   AND (trade.held_at(holding.holding_id, market.day_starts(market_type, effective_date)) > 0
        OR (kind <> 'CASH_DIVIDEND'
            AND EXISTS (SELECT FROM trade.orders
                         WHERE orders.holding_id = holding.holding_id AND status IN ('PENDING', 'PARTIAL_FILLED')
                           AND order_time < market.day_starts(market_type, effective_date))))
 -- A dividend is paid on the shares from before a split of the same day.
 ORDER BY effective_date, kind <> 'CASH_DIVIDEND', action_id, holding_id
