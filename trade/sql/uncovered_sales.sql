-- Of one portfolio, or of all.
SELECT * FROM trade.uncovered_sales(ARRAY(
    SELECT holding_id FROM account.holdings JOIN trade.orders USING (holding_id)
     WHERE side = 'SELL' AND status IN ('PENDING', 'PARTIAL_FILLED')
       AND (%(portfolio_id)s::bigint IS NULL OR portfolio_id = %(portfolio_id)s)))
