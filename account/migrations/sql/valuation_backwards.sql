DROP FUNCTION account.revalue_queued();
DROP FUNCTION account.touch_portfolios(bigint[]);
DROP FUNCTION account.missing_for_value(bigint);
DROP FUNCTION account.portfolio_value(bigint);
DROP FUNCTION account.unrealized_rate;
