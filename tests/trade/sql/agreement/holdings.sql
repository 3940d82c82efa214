SELECT holding_id, quantity, avg_purchase_price, realized_pnl, trade.replay(holding_id) AS replayed
  FROM account.holdings
 WHERE (quantity, avg_purchase_price, realized_pnl)
       IS DISTINCT FROM (SELECT (quantity, average, realized) FROM trade.replay(holding_id))
    OR (SELECT lowest FROM trade.replay(holding_id)) < 0
