-- Clients never type these keys.
ALTER TABLE account.portfolio ALTER COLUMN portfolio_id SET GENERATED ALWAYS;
ALTER TABLE account.holdings ALTER COLUMN holding_id SET GENERATED ALWAYS;
ALTER TABLE account.cash_entries ALTER COLUMN cash_entry_id SET GENERATED ALWAYS;
ALTER TABLE account.cash_balances ALTER COLUMN cash_balance_id SET GENERATED ALWAYS;
ALTER TABLE account.revaluations ALTER COLUMN revaluation_id SET GENERATED ALWAYS;

-- Called with a closed path by the trigger that values a portfolio, and by reconcile; it names every schema.
ALTER FUNCTION account.portfolio_value(bigint) RESET search_path;
