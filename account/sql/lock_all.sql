-- Every row that several statements are about to change, in the order in which fills lock theirs.
SELECT count(*) FROM (SELECT FROM account.holdings ORDER BY holding_id FOR NO KEY UPDATE) AS locked;
SELECT count(*) FROM (SELECT FROM account.portfolio ORDER BY portfolio_id FOR NO KEY UPDATE) AS locked
