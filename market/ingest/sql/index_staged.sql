-- Many months: each is looked up on its own. Without statistics the planner would read all rows for each.
CREATE INDEX ON staged_prices (trade_date);
ANALYZE staged_prices (trade_date)
