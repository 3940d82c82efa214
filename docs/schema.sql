-- The schema that `manage.py migrate` makes, as the catalogue tells it. `make snapshot` writes this file.

TABLE account.cash_balances;
    cash_balance_id bigint NOT NULL IDENTITY ALWAYS;
    currency character varying(3) NOT NULL;
    balance numeric(38,2) NOT NULL;
    portfolio_id bigint NOT NULL;
    CONSTRAINT cash_balances_pkey PRIMARY KEY (cash_balance_id);
    CONSTRAINT chk_cash_balances_currency CHECK (((currency)::text = ANY ('{KRW,USD}'::text[])));
    CONSTRAINT fk_cash_balances_portfolio FOREIGN KEY (portfolio_id) REFERENCES portfolio(portfolio_id) ON DELETE CASCADE;
    CONSTRAINT uniq_cash_balances_currency UNIQUE (portfolio_id, currency);
    CREATE UNIQUE INDEX cash_balances_pkey ON account.cash_balances USING btree (cash_balance_id);
    CREATE UNIQUE INDEX uniq_cash_balances_currency ON account.cash_balances USING btree (portfolio_id, currency);
    CREATE TRIGGER pgtrigger_guard_cash_balance_fa988 BEFORE INSERT OR DELETE OR UPDATE ON account.cash_balances FOR EACH ROW WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION pgtrigger_guard_cash_balance_fa988();
    COMMENT ON TABLE IS 'Sums of cash entries; below zero means that trades were not yet paid in that currency';
    COMMENT ON COLUMN balance IS 'In the currency';
    ROW LEVEL SECURITY FORCED;
    POLICY owner_all FOR ALL TO OWNER USING (true) WITH CHECK (true);
    POLICY trader_select FOR SELECT TO aegis_trader USING ((portfolio_id = ANY (ARRAY( SELECT portfolio.portfolio_id
   FROM portfolio
  WHERE ((portfolio.created_by)::text = ( SELECT principal() AS principal))))));
    POLICY unlimited_all FOR ALL TO aegis_admin, aegis_analyst, aegis_readonly USING (true) WITH CHECK (true);
    GRANT SELECT TO aegis_admin;
    GRANT SELECT TO aegis_analyst;
    GRANT SELECT TO aegis_readonly;
    GRANT SELECT TO aegis_trader;
TABLE account.cash_entries;
    cash_entry_id bigint NOT NULL IDENTITY ALWAYS;
    currency character varying(3) NOT NULL;
    amount numeric(38,2) NOT NULL;
    kind character varying(10) NOT NULL;
    execution_id bigint;
    memo character varying(200);
    created_by character varying(150) NOT NULL DEFAULT principal();
    created_at timestamp with time zone NOT NULL DEFAULT now();
    portfolio_id bigint NOT NULL;
    action_entry_id bigint;
    CONSTRAINT cash_entries_pkey PRIMARY KEY (cash_entry_id);
    CONSTRAINT chk_cash_entries_action CHECK (((action_entry_id IS NULL) OR ((kind)::text = ANY ('{DIVIDEND,ADJUSTMENT}'::text[]))));
    CONSTRAINT chk_cash_entries_currency CHECK (((currency)::text = ANY ('{KRW,USD}'::text[])));
    CONSTRAINT chk_cash_entries_execution CHECK ((((kind)::text = 'TRADE'::text) = (execution_id IS NOT NULL)));
    CONSTRAINT chk_cash_entries_kind CHECK (((kind)::text = ANY ('{OPENING,DEPOSIT,WITHDRAWAL,TRADE,FX,DIVIDEND,ADJUSTMENT}'::text[])));
    CONSTRAINT chk_cash_entries_sign CHECK (((amount > '-1000000000000000000000000'::numeric) AND (amount < '1000000000000000000000000'::numeric) AND
CASE
    WHEN ((kind)::text = ANY ('{OPENING,DEPOSIT}'::text[])) THEN (amount > '0'::numeric)
    WHEN ((kind)::text = 'WITHDRAWAL'::text) THEN (amount < '0'::numeric)
    ELSE true
END));
    CONSTRAINT fk_cash_entries_portfolio FOREIGN KEY (portfolio_id) REFERENCES portfolio(portfolio_id) ON DELETE CASCADE;
    CONSTRAINT uniq_cash_entries_action UNIQUE (action_entry_id);
    CONSTRAINT uniq_cash_entries_execution UNIQUE (execution_id);
    CREATE UNIQUE INDEX cash_entries_pkey ON account.cash_entries USING btree (cash_entry_id);
    CREATE INDEX idx_cash_entries_portfolio ON account.cash_entries USING btree (portfolio_id, cash_entry_id DESC);
    CREATE UNIQUE INDEX uniq_cash_entries_action ON account.cash_entries USING btree (action_entry_id);
    CREATE UNIQUE INDEX uniq_cash_entries_execution ON account.cash_entries USING btree (execution_id);
    CREATE UNIQUE INDEX uniq_cash_entries_opening ON account.cash_entries USING btree (portfolio_id) WHERE ((kind)::text = 'OPENING'::text);
    CREATE TRIGGER pgtrigger_book_cash_c0e4f AFTER INSERT ON account.cash_entries REFERENCING NEW TABLE AS booked FOR EACH STATEMENT EXECUTE FUNCTION pgtrigger_book_cash_c0e4f();
    CREATE TRIGGER pgtrigger_guard_cash_entry_06851 BEFORE DELETE OR UPDATE ON account.cash_entries FOR EACH ROW WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION pgtrigger_guard_cash_entry_06851();
    CREATE TRIGGER pgtrigger_guard_cash_kind_c2105 BEFORE INSERT ON account.cash_entries FOR EACH ROW WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION pgtrigger_guard_cash_kind_c2105();
    CREATE TRIGGER pgtrigger_unbook_cash_beb8d AFTER DELETE ON account.cash_entries REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION pgtrigger_unbook_cash_beb8d();
    COMMENT ON TABLE IS 'Cash movements, append-only; balances follow from them';
    COMMENT ON COLUMN amount IS 'In the currency, signed: what the balance changes by';
    COMMENT ON COLUMN execution_id IS 'The fill that a TRADE entry belongs to';
    COMMENT ON COLUMN action_entry_id IS 'The booked corporate action that a DIVIDEND or ADJUSTMENT entry belongs to';
    ROW LEVEL SECURITY FORCED;
    POLICY owner_all FOR ALL TO OWNER USING (true) WITH CHECK (true);
    POLICY trader_select FOR SELECT TO aegis_trader USING ((portfolio_id = ANY (ARRAY( SELECT portfolio.portfolio_id
   FROM portfolio
  WHERE ((portfolio.created_by)::text = ( SELECT principal() AS principal))))));
    POLICY unlimited_all FOR ALL TO aegis_admin, aegis_analyst, aegis_readonly USING (true) WITH CHECK (true);
    GRANT DELETE, INSERT, SELECT, UPDATE TO aegis_admin;
    GRANT SELECT TO aegis_analyst;
    GRANT SELECT TO aegis_readonly;
    GRANT SELECT TO aegis_trader;
TABLE account.holding_events;
    pgh_created_at timestamp with time zone NOT NULL;
    pgh_label text NOT NULL;
    pgh_id bigint NOT NULL IDENTITY;
    principal character varying(150) NOT NULL DEFAULT principal();
    login character varying(63) NOT NULL DEFAULT SESSION_USER;
    pgh_context jsonb;
    holding_id bigint NOT NULL;
    quantity bigint NOT NULL;
    avg_purchase_price numeric(24,6) NOT NULL;
    realized_pnl numeric(38,2) NOT NULL DEFAULT 0;
    opening_quantity bigint NOT NULL DEFAULT 0;
    opening_price numeric(24,6) NOT NULL DEFAULT 0;
    pgh_obj_id bigint NOT NULL;
    portfolio_id bigint NOT NULL;
    stock_id bigint NOT NULL;
    CONSTRAINT holding_events_pkey PRIMARY KEY (pgh_id);
    CREATE UNIQUE INDEX holding_events_pkey ON account.holding_events USING btree (pgh_id);
    CREATE INDEX idx_holding_events_row ON account.holding_events USING btree (pgh_obj_id, pgh_id DESC);
    CREATE TRIGGER pgtrigger_append_only_7a843 BEFORE DELETE OR UPDATE ON account.holding_events FOR EACH ROW EXECUTE FUNCTION pgtrigger_append_only_7a843();
    COMMENT ON TABLE IS 'Every change of holdings, append-only';
    COMMENT ON COLUMN principal IS 'The acting user';
    COMMENT ON COLUMN login IS 'The database login';
    COMMENT ON COLUMN quantity IS 'Shares';
    COMMENT ON COLUMN avg_purchase_price IS 'Trading currency; fees are outside of it';
    COMMENT ON COLUMN realized_pnl IS 'Trading currency, after commission and tax';
    COMMENT ON COLUMN opening_quantity IS 'Shares before the first execution';
    COMMENT ON COLUMN opening_price IS 'Trading currency; average price before the first execution';
    ROW LEVEL SECURITY FORCED;
    POLICY owner_all FOR ALL TO OWNER USING (true) WITH CHECK (true);
    POLICY trader_select FOR SELECT TO aegis_trader USING ((pgh_obj_id = ANY (ARRAY( SELECT holdings.holding_id
   FROM holdings
  WHERE (holdings.portfolio_id = ANY (ARRAY( SELECT portfolio.portfolio_id
           FROM portfolio
          WHERE ((portfolio.created_by)::text = ( SELECT principal() AS principal)))))))));
    POLICY unlimited_all FOR ALL TO aegis_admin, aegis_analyst, aegis_readonly USING (true) WITH CHECK (true);
    GRANT SELECT TO aegis_admin;
    GRANT SELECT TO aegis_analyst;
    GRANT SELECT TO aegis_readonly;
    GRANT SELECT TO aegis_trader;
TABLE account.holdings;
    holding_id bigint NOT NULL IDENTITY ALWAYS;
    portfolio_id bigint NOT NULL;
    stock_id bigint NOT NULL;
    quantity bigint NOT NULL;
    avg_purchase_price numeric(24,6) NOT NULL;
    current_value numeric(38,2);
    unrealized_pnl numeric(38,2);
    unrealized_pnl_rate numeric(12,2);
    realized_pnl numeric(38,2) NOT NULL DEFAULT 0;
    valued_on date;
    last_updated timestamp with time zone NOT NULL DEFAULT now();
    opening_price numeric(24,6) NOT NULL DEFAULT 0;
    opening_quantity bigint NOT NULL DEFAULT 0;
    split_on date;
    split_ratio numeric(24,12);
    CONSTRAINT chk_holdings_average CHECK (((avg_purchase_price >= '0'::numeric) AND (avg_purchase_price < 'Infinity'::numeric)));
    CONSTRAINT chk_holdings_quantity CHECK (((quantity >= 0) AND (quantity <= '1000000000000'::bigint)));
    CONSTRAINT fk_holdings_portfolio FOREIGN KEY (portfolio_id) REFERENCES portfolio(portfolio_id) ON DELETE RESTRICT;
    CONSTRAINT fk_holdings_stock FOREIGN KEY (stock_id) REFERENCES stocks(stock_id) ON DELETE RESTRICT;
    CONSTRAINT holdings_pkey PRIMARY KEY (holding_id);
    CONSTRAINT idx_holdings_portfolio UNIQUE (portfolio_id, stock_id);
    CREATE UNIQUE INDEX holdings_pkey ON account.holdings USING btree (holding_id);
    CREATE INDEX idx_holdings_pnl ON account.holdings USING btree (unrealized_pnl_rate DESC NULLS LAST);
    CREATE UNIQUE INDEX idx_holdings_portfolio ON account.holdings USING btree (portfolio_id, stock_id);
    CREATE INDEX idx_holdings_stock ON account.holdings USING btree (stock_id);
    CREATE TRIGGER pgtrigger_audit_delete_3a2c3 AFTER DELETE ON account.holdings FOR EACH ROW EXECUTE FUNCTION pgtrigger_audit_delete_3a2c3();
    CREATE TRIGGER pgtrigger_audit_insert_9fb69 AFTER INSERT ON account.holdings FOR EACH ROW EXECUTE FUNCTION pgtrigger_audit_insert_9fb69();
    CREATE TRIGGER pgtrigger_audit_update_a5dee AFTER UPDATE ON account.holdings FOR EACH ROW WHEN (((old.avg_purchase_price IS DISTINCT FROM new.avg_purchase_price) OR (old.holding_id IS DISTINCT FROM new.holding_id) OR (old.opening_price IS DISTINCT FROM new.opening_price) OR (old.opening_quantity IS DISTINCT FROM new.opening_quantity) OR (old.portfolio_id IS DISTINCT FROM new.portfolio_id) OR (old.quantity IS DISTINCT FROM new.quantity) OR (old.realized_pnl IS DISTINCT FROM new.realized_pnl) OR (old.stock_id IS DISTINCT FROM new.stock_id))) EXECUTE FUNCTION pgtrigger_audit_update_a5dee();
    CREATE TRIGGER pgtrigger_guard_holding_af1bc BEFORE UPDATE ON account.holdings FOR EACH ROW WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION pgtrigger_guard_holding_af1bc();
    CREATE TRIGGER pgtrigger_meet_arriving_closes_2da8b AFTER INSERT ON account.holdings REFERENCING NEW TABLE AS opened FOR EACH STATEMENT EXECUTE FUNCTION pgtrigger_meet_arriving_closes_2da8b();
    CREATE TRIGGER pgtrigger_open_holding_54a9c BEFORE INSERT ON account.holdings FOR EACH ROW EXECUTE FUNCTION pgtrigger_open_holding_54a9c();
    CREATE TRIGGER pgtrigger_touch_portfolios_on_delete_718b5 AFTER DELETE ON account.holdings REFERENCING OLD TABLE AS moved FOR EACH STATEMENT WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION pgtrigger_touch_portfolios_on_delete_718b5();
    CREATE TRIGGER pgtrigger_touch_portfolios_on_insert_201f4 AFTER INSERT ON account.holdings REFERENCING NEW TABLE AS moved FOR EACH STATEMENT WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION pgtrigger_touch_portfolios_on_insert_201f4();
    CREATE TRIGGER pgtrigger_touch_portfolios_on_update_4946c AFTER UPDATE ON account.holdings REFERENCING OLD TABLE AS departed NEW TABLE AS moved FOR EACH STATEMENT WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION pgtrigger_touch_portfolios_on_update_4946c();
    CREATE TRIGGER pgtrigger_update_holding_value_50725 BEFORE UPDATE OF quantity, avg_purchase_price, stock_id ON account.holdings FOR EACH ROW EXECUTE FUNCTION pgtrigger_update_holding_value_50725();
    CREATE TRIGGER pgtrigger_value_holding_on_insert_9575f BEFORE INSERT ON account.holdings FOR EACH ROW EXECUTE FUNCTION pgtrigger_value_holding_on_insert_9575f();
    CREATE TRIGGER pgtrigger_value_holding_on_typing_b33df BEFORE UPDATE OF current_value, unrealized_pnl, unrealized_pnl_rate, valued_on, last_updated ON account.holdings FOR EACH ROW WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION pgtrigger_value_holding_on_typing_b33df();
    COMMENT ON TABLE IS 'Positions at average cost, valued at the latest close';
    COMMENT ON COLUMN quantity IS 'Shares';
    COMMENT ON COLUMN avg_purchase_price IS 'Trading currency; fees are outside of it';
    COMMENT ON COLUMN current_value IS 'Trading currency; NULL while no price is known';
    COMMENT ON COLUMN unrealized_pnl IS 'Trading currency';
    COMMENT ON COLUMN unrealized_pnl_rate IS 'Percent of cost';
    COMMENT ON COLUMN realized_pnl IS 'Trading currency, after commission and tax';
    COMMENT ON COLUMN valued_on IS 'Date of the close used';
    COMMENT ON COLUMN opening_price IS 'Trading currency; average price before the first execution';
    COMMENT ON COLUMN opening_quantity IS 'Shares before the first execution';
    COMMENT ON COLUMN split_on IS 'Effective date of the newest split in the quantity; a close before it is of the shares before';
    COMMENT ON COLUMN split_ratio IS 'What a close before split_on is divided by';
    ROW LEVEL SECURITY FORCED;
    POLICY owner_all FOR ALL TO OWNER USING (true) WITH CHECK (true);
    POLICY trader_insert FOR INSERT TO aegis_trader WITH CHECK (((EXISTS ( SELECT
   FROM portfolio
  WHERE ((portfolio.portfolio_id = holdings.portfolio_id) AND ((portfolio.created_by)::text = ( SELECT principal() AS principal))))) AND (quantity = 0)));
    POLICY trader_select FOR SELECT TO aegis_trader USING ((portfolio_id = ANY (ARRAY( SELECT portfolio.portfolio_id
   FROM portfolio
  WHERE ((portfolio.created_by)::text = ( SELECT principal() AS principal))))));
    POLICY unlimited_all FOR ALL TO aegis_admin, aegis_analyst, aegis_readonly USING (true) WITH CHECK (true);
    GRANT DELETE, INSERT, SELECT, UPDATE TO aegis_admin;
    GRANT SELECT TO aegis_analyst;
    GRANT SELECT TO aegis_readonly;
    GRANT INSERT (avg_purchase_price, current_value, last_updated, opening_price, opening_quantity, portfolio_id, quantity, realized_pnl, split_on, split_ratio, stock_id, unrealized_pnl, unrealized_pnl_rate, valued_on), SELECT TO aegis_trader;
TABLE account.portfolio;
    portfolio_id bigint NOT NULL IDENTITY ALWAYS;
    name character varying(100) NOT NULL;
    strategy_type character varying(30);
    target_return numeric(6,2);
    max_drawdown numeric(6,2);
    initial_capital numeric(15,0) NOT NULL;
    current_value numeric(38,2);
    is_active boolean NOT NULL DEFAULT true;
    created_by character varying(150) NOT NULL DEFAULT principal();
    created_at timestamp with time zone NOT NULL DEFAULT now();
    updated_at timestamp with time zone NOT NULL DEFAULT now();
    buying_halted_at timestamp with time zone;
    peak_value numeric(38,2);
    CONSTRAINT chk_portfolio_capital CHECK (((initial_capital >= '0'::numeric) AND (initial_capital < 'Infinity'::numeric)));
    CONSTRAINT chk_portfolio_drawdown CHECK (((max_drawdown > (0)::numeric) AND (max_drawdown <= (100)::numeric)));
    CONSTRAINT chk_portfolio_named CHECK (((name)::text ~ '\S'::text));
    CONSTRAINT portfolio_pkey PRIMARY KEY (portfolio_id);
    CREATE INDEX idx_portfolio_owner ON account.portfolio USING btree (created_by);
    CREATE UNIQUE INDEX portfolio_pkey ON account.portfolio USING btree (portfolio_id);
    CREATE TRIGGER pgtrigger_audit_delete_89482 AFTER DELETE ON account.portfolio FOR EACH ROW EXECUTE FUNCTION pgtrigger_audit_delete_89482();
    CREATE TRIGGER pgtrigger_audit_insert_a6699 AFTER INSERT ON account.portfolio FOR EACH ROW EXECUTE FUNCTION pgtrigger_audit_insert_a6699();
    CREATE TRIGGER pgtrigger_audit_update_19284 AFTER UPDATE ON account.portfolio FOR EACH ROW WHEN (((old.buying_halted_at IS DISTINCT FROM new.buying_halted_at) OR (old.created_at IS DISTINCT FROM new.created_at) OR ((old.created_by)::text IS DISTINCT FROM (new.created_by)::text) OR (old.initial_capital IS DISTINCT FROM new.initial_capital) OR (old.is_active IS DISTINCT FROM new.is_active) OR (old.max_drawdown IS DISTINCT FROM new.max_drawdown) OR ((old.name)::text IS DISTINCT FROM (new.name)::text) OR (old.portfolio_id IS DISTINCT FROM new.portfolio_id) OR ((old.strategy_type)::text IS DISTINCT FROM (new.strategy_type)::text) OR (old.target_return IS DISTINCT FROM new.target_return))) EXECUTE FUNCTION pgtrigger_audit_update_19284();
    CREATE TRIGGER pgtrigger_guard_portfolio_delete_c5958 BEFORE DELETE ON account.portfolio FOR EACH ROW EXECUTE FUNCTION pgtrigger_guard_portfolio_delete_c5958();
    CREATE TRIGGER pgtrigger_open_portfolio_64079 AFTER INSERT ON account.portfolio REFERENCING NEW TABLE AS opened FOR EACH STATEMENT EXECUTE FUNCTION pgtrigger_open_portfolio_64079();
    CREATE TRIGGER pgtrigger_own_orders_98b05 AFTER UPDATE OF created_by ON account.portfolio FOR EACH ROW WHEN (((old.created_by)::text IS DISTINCT FROM (new.created_by)::text)) EXECUTE FUNCTION pgtrigger_own_orders_98b05();
    CREATE TRIGGER pgtrigger_value_new_portfolio_d6eaa BEFORE INSERT ON account.portfolio FOR EACH ROW EXECUTE FUNCTION pgtrigger_value_new_portfolio_d6eaa();
    CREATE TRIGGER pgtrigger_value_portfolio_b72d3 BEFORE UPDATE ON account.portfolio FOR EACH ROW EXECUTE FUNCTION pgtrigger_value_portfolio_b72d3();
    COMMENT ON TABLE IS 'Capital under one strategy, valued in KRW';
    COMMENT ON COLUMN target_return IS 'Percent';
    COMMENT ON COLUMN max_drawdown IS 'Percent, positive: 15 means that a fall of 15 percent from the peak is a breach';
    COMMENT ON COLUMN initial_capital IS 'KRW';
    COMMENT ON COLUMN current_value IS 'KRW';
    COMMENT ON COLUMN created_by IS 'Whose it is; traders see their own';
    COMMENT ON COLUMN buying_halted_at IS 'Set when the value falls below the maximum drawdown; an operator clears it to NULL';
    COMMENT ON COLUMN peak_value IS 'KRW; the highest value since the last clearance, moved in proportion by deposits and withdrawals';
    ROW LEVEL SECURITY FORCED;
    POLICY owner_all FOR ALL TO OWNER USING (true) WITH CHECK (true);
    POLICY trader_select FOR SELECT TO aegis_trader USING (((created_by)::text = ( SELECT principal() AS principal)));
    POLICY unlimited_all FOR ALL TO aegis_admin, aegis_analyst, aegis_readonly USING (true) WITH CHECK (true);
    GRANT DELETE, INSERT, SELECT, UPDATE TO aegis_admin;
    GRANT SELECT TO aegis_analyst;
    GRANT SELECT TO aegis_readonly;
    GRANT SELECT TO aegis_trader;
TABLE account.portfolio_events;
    pgh_created_at timestamp with time zone NOT NULL;
    pgh_label text NOT NULL;
    pgh_id bigint NOT NULL IDENTITY;
    principal character varying(150) NOT NULL DEFAULT principal();
    login character varying(63) NOT NULL DEFAULT SESSION_USER;
    pgh_context jsonb;
    portfolio_id bigint NOT NULL;
    name character varying(100) NOT NULL;
    strategy_type character varying(30);
    target_return numeric(6,2);
    max_drawdown numeric(6,2);
    initial_capital numeric(15,0) NOT NULL;
    buying_halted_at timestamp with time zone;
    is_active boolean NOT NULL DEFAULT true;
    created_by character varying(150) NOT NULL DEFAULT principal();
    created_at timestamp with time zone NOT NULL DEFAULT now();
    pgh_obj_id bigint NOT NULL;
    CONSTRAINT portfolio_events_pkey PRIMARY KEY (pgh_id);
    CREATE INDEX idx_portfolio_events_row ON account.portfolio_events USING btree (pgh_obj_id, pgh_id DESC);
    CREATE UNIQUE INDEX portfolio_events_pkey ON account.portfolio_events USING btree (pgh_id);
    CREATE TRIGGER pgtrigger_append_only_c8776 BEFORE DELETE OR UPDATE ON account.portfolio_events FOR EACH ROW EXECUTE FUNCTION pgtrigger_append_only_c8776();
    COMMENT ON TABLE IS 'Every change of portfolio, append-only';
    COMMENT ON COLUMN principal IS 'The acting user';
    COMMENT ON COLUMN login IS 'The database login';
    COMMENT ON COLUMN target_return IS 'Percent';
    COMMENT ON COLUMN max_drawdown IS 'Percent, positive: 15 means that a fall of 15 percent from the peak is a breach';
    COMMENT ON COLUMN initial_capital IS 'KRW';
    COMMENT ON COLUMN buying_halted_at IS 'Set when the value falls below the maximum drawdown; an operator clears it to NULL';
    COMMENT ON COLUMN created_by IS 'Whose it is; traders see their own';
    ROW LEVEL SECURITY FORCED;
    POLICY owner_all FOR ALL TO OWNER USING (true) WITH CHECK (true);
    POLICY trader_select FOR SELECT TO aegis_trader USING ((pgh_obj_id = ANY (ARRAY( SELECT portfolio.portfolio_id
   FROM portfolio
  WHERE ((portfolio.created_by)::text = ( SELECT principal() AS principal))))));
    POLICY unlimited_all FOR ALL TO aegis_admin, aegis_analyst, aegis_readonly USING (true) WITH CHECK (true);
    GRANT SELECT TO aegis_admin;
    GRANT SELECT TO aegis_analyst;
    GRANT SELECT TO aegis_readonly;
    GRANT SELECT TO aegis_trader;
TABLE account.revaluations;
    revaluation_id bigint NOT NULL IDENTITY ALWAYS;
    stock_ids bigint[] NOT NULL;
    CONSTRAINT revaluations_pkey PRIMARY KEY (revaluation_id);
    CREATE UNIQUE INDEX revaluations_pkey ON account.revaluations USING btree (revaluation_id);
    CREATE CONSTRAINT TRIGGER pgtrigger_revalue_at_commit_22c47 AFTER INSERT ON account.revaluations DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pgtrigger_revalue_at_commit_22c47();
    COMMENT ON TABLE IS 'Stocks whose holdings are to be valued anew before the transaction ends; empty outside of one';
    GRANT SELECT TO aegis_admin;
    GRANT SELECT TO aegis_analyst;
CREATE OR REPLACE FUNCTION account.close_for(close_price numeric, trade_date date, split_on date, split_ratio numeric)
 RETURNS numeric
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
    SELECT CASE WHEN trade_date < split_on THEN close_price / split_ratio ELSE close_price END
$function$;
CREATE OR REPLACE FUNCTION account.missing_for_value(the_portfolio bigint)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT jsonb_build_object(
        'currencies', (SELECT coalesce(jsonb_agg(DISTINCT currency), '[]')
                         FROM (SELECT currency FROM account.cash_balances
                                WHERE portfolio_id = the_portfolio AND balance <> 0
                               UNION
                               SELECT currency FROM account.holdings JOIN market.stocks USING (stock_id)
                                WHERE portfolio_id = the_portfolio AND quantity > 0) AS owned
                        WHERE market.krw_rate(currency) IS NULL),
        'tickers', (SELECT coalesce(jsonb_agg(ticker), '[]')
                      FROM account.holdings JOIN market.stocks USING (stock_id)
                     WHERE portfolio_id = the_portfolio AND quantity > 0 AND current_value IS NULL))
$function$;
CREATE OR REPLACE FUNCTION account.peak_after_flow(peak numeric, value_after numeric, flow numeric)
 RETURNS numeric
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    after CONSTANT numeric := round(value_after, 2);
    before CONSTANT numeric := round(value_after - flow, 2);
BEGIN
    IF flow = 0 THEN
        RETURN peak;
    ELSIF before > 0 AND after > 0 THEN
        RETURN least(div(greatest(peak, before) * after * 100, before) / 100, 1e35);
    END IF;
    RETURN CASE WHEN flow IS NOT NULL THEN after END;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_append_only_7a843()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RAISE EXCEPTION 'history_append_only: history is neither changed nor deleted'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'history_append_only';
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_append_only_c8776()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RAISE EXCEPTION 'history_append_only: history is neither changed nor deleted'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'history_append_only';
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_audit_delete_3a2c3()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO account.holding_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, holding_id, portfolio_id, stock_id, quantity, avg_purchase_price, realized_pnl, opening_quantity, opening_price)
    VALUES (now(), 'delete', OLD.holding_id, system.history_context(), OLD.holding_id, OLD.portfolio_id, OLD.stock_id, OLD.quantity, OLD.avg_purchase_price, OLD.realized_pnl, OLD.opening_quantity, OLD.opening_price);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_audit_delete_89482()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO account.portfolio_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, portfolio_id, name, strategy_type, target_return, max_drawdown, initial_capital, buying_halted_at, is_active, created_by, created_at)
    VALUES (now(), 'delete', OLD.portfolio_id, system.history_context(), OLD.portfolio_id, OLD.name, OLD.strategy_type, OLD.target_return, OLD.max_drawdown, OLD.initial_capital, OLD.buying_halted_at, OLD.is_active, OLD.created_by, OLD.created_at);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_audit_insert_9fb69()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO account.holding_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, holding_id, portfolio_id, stock_id, quantity, avg_purchase_price, realized_pnl, opening_quantity, opening_price)
    VALUES (now(), 'insert', NEW.holding_id, system.history_context(), NEW.holding_id, NEW.portfolio_id, NEW.stock_id, NEW.quantity, NEW.avg_purchase_price, NEW.realized_pnl, NEW.opening_quantity, NEW.opening_price);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_audit_insert_a6699()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO account.portfolio_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, portfolio_id, name, strategy_type, target_return, max_drawdown, initial_capital, buying_halted_at, is_active, created_by, created_at)
    VALUES (now(), 'insert', NEW.portfolio_id, system.history_context(), NEW.portfolio_id, NEW.name, NEW.strategy_type, NEW.target_return, NEW.max_drawdown, NEW.initial_capital, NEW.buying_halted_at, NEW.is_active, NEW.created_by, NEW.created_at);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_audit_update_19284()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO account.portfolio_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, portfolio_id, name, strategy_type, target_return, max_drawdown, initial_capital, buying_halted_at, is_active, created_by, created_at)
    VALUES (now(), 'update', NEW.portfolio_id, system.history_context(), NEW.portfolio_id, NEW.name, NEW.strategy_type, NEW.target_return, NEW.max_drawdown, NEW.initial_capital, NEW.buying_halted_at, NEW.is_active, NEW.created_by, NEW.created_at);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_audit_update_a5dee()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO account.holding_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, holding_id, portfolio_id, stock_id, quantity, avg_purchase_price, realized_pnl, opening_quantity, opening_price)
    VALUES (now(), 'update', NEW.holding_id, system.history_context(), NEW.holding_id, NEW.portfolio_id, NEW.stock_id, NEW.quantity, NEW.avg_purchase_price, NEW.realized_pnl, NEW.opening_quantity, NEW.opening_price);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_book_cash_c0e4f()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- One balance after the other, in the order of their portfolios, which are locked on the way: no two bookings wait for each
-- other in a circle. Portfolios are valued when all balances stand: between the two entries of an exchange there is no fall.
DECLARE
    flow record;
    standing numeric;
    touched bigint[] := '{}';
    the_portfolio bigint;
    brings_money boolean := false;
BEGIN
    FOR flow IN
        SELECT portfolio_id, currency, sum(amount) AS amount, bool_or(kind = 'WITHDRAWAL') AS has_withdrawal,
               bool_or(kind IN ('DEPOSIT', 'WITHDRAWAL')) AS brings_money
          FROM booked GROUP BY portfolio_id, currency ORDER BY portfolio_id
    LOOP
        PERFORM FROM account.portfolio WHERE portfolio_id = flow.portfolio_id FOR NO KEY UPDATE;
        UPDATE account.cash_balances SET balance = balance + flow.amount
         WHERE portfolio_id = flow.portfolio_id AND currency = flow.currency
        RETURNING balance INTO standing;
        IF NOT FOUND THEN  -- and nobody else inserts it: the portfolio is locked
            INSERT INTO account.cash_balances (portfolio_id, currency, balance)
            VALUES (flow.portfolio_id, flow.currency, flow.amount) RETURNING balance INTO standing;
        END IF;
        IF flow.has_withdrawal AND standing < 0 THEN
            RAISE EXCEPTION 'cash_withdrawal: a withdrawal cannot exceed the cash that is there'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_withdrawal',
                      HINT = 'Withdraw less, or convert currency first.';
        END IF;
        IF flow.portfolio_id IS DISTINCT FROM touched[cardinality(touched)] THEN
            touched := touched || flow.portfolio_id;
        END IF;
        brings_money := brings_money OR flow.brings_money;
    END LOOP;

    IF NOT brings_money THEN
        FOREACH the_portfolio IN ARRAY touched LOOP
            UPDATE account.portfolio SET updated_at = now() WHERE portfolio_id = the_portfolio;
        END LOOP;
        RETURN NULL;
    END IF;
    -- Money brought in or taken out is neither gain nor loss: the peak that drawdown is measured from moves in proportion. By how
    -- much is unknown where a rate is missing.
    UPDATE account.portfolio
       SET peak_value = account.peak_after_flow(peak_value, account.portfolio_value(portfolio.portfolio_id), brought.krw)
      FROM (SELECT portfolio_id,
                   CASE WHEN count(*) = count(krw) THEN sum(krw) END AS krw
              FROM (SELECT portfolio_id, CASE WHEN kind IN ('DEPOSIT', 'WITHDRAWAL')
                                              THEN amount * market.krw_rate(currency) ELSE 0 END AS krw
                      FROM booked) AS entries
             GROUP BY portfolio_id) AS brought
     WHERE portfolio.portfolio_id = brought.portfolio_id;
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_guard_cash_balance_fa988()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RAISE EXCEPTION 'cash_balance: balances follow from cash entries'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_balance', HINT = 'Book a cash entry.';
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_guard_cash_entry_06851()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RAISE EXCEPTION 'cash_append_only: cash entries are neither changed nor deleted'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_append_only',
              HINT = 'Book an entry of the opposite amount; reverse the execution that a TRADE entry belongs to.';
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_guard_cash_kind_c2105()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- The condition is here and not in the trigger's WHEN, which is parsed anew by every statement that books cash.
BEGIN
    IF NEW.kind IN ('OPENING', 'TRADE') OR NEW.action_entry_id IS NOT NULL THEN
        RAISE EXCEPTION 'cash_booked_by_ledger: this % entry is booked by the ledger itself', NEW.kind
            USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_booked_by_ledger',
                  HINT = 'Insert the execution, the action entry or the portfolio that it would belong to.';
    END IF;
    IF NEW.created_at NOT BETWEEN '1970-01-01 00:00+00' AND '2199-12-31 00:00+00' THEN
        RAISE EXCEPTION 'cash_time: no cash entry is of %', NEW.created_at
            USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_time', HINT = 'Leave the time to the database.';
    END IF;
    RETURN NEW;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_guard_portfolio_delete_c5958()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF EXISTS (SELECT FROM account.cash_entries WHERE portfolio_id = OLD.portfolio_id AND kind <> 'OPENING') THEN
        RAISE EXCEPTION 'portfolio_has_cash: money has moved through portfolio %; it is history now', OLD.name
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'portfolio_has_cash',
                  HINT = 'Set it inactive instead of deleting it.';
    END IF;
    RETURN OLD;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_guard_stock_currency_cf249()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- The lock waits for holdings that are being opened and are not seen yet.
BEGIN
    LOCK TABLE account.holdings IN SHARE ROW EXCLUSIVE MODE;
    IF EXISTS (SELECT FROM account.holdings WHERE stock_id = NEW.stock_id) THEN
        RAISE EXCEPTION 'stock_currency: stock % is held, and was paid for in %', NEW.ticker, OLD.currency
            USING ERRCODE = 'check_violation', CONSTRAINT = 'stock_currency',
                  HINT = 'Add the stock of the other market under a ticker of its own.';
    END IF;
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_meet_arriving_closes_2da8b()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- A close that is arriving does not see these holdings yet. Wait for it, and have them valued at what it leaves: naming the
-- quantity does.
BEGIN
    PERFORM FROM market.latest_prices
      WHERE stock_id IN (SELECT stock_id FROM opened) ORDER BY stock_id FOR SHARE;
    UPDATE account.holdings
       SET quantity = holdings.quantity
      FROM opened JOIN market.latest_prices AS price USING (stock_id)
     WHERE holdings.holding_id = opened.holding_id
       AND (price.trade_date, round(opened.quantity * price.close_price, 2))
           IS DISTINCT FROM (opened.valued_on, opened.current_value);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_open_holding_54a9c()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- What a holding is inserted with is its opening position: fills come on top of it.
BEGIN
    NEW.opening_quantity := NEW.quantity;
    NEW.opening_price := NEW.avg_purchase_price;
    NEW.realized_pnl := 0;
    NEW.split_on := NULL;
    NEW.split_ratio := NULL;
    RETURN NEW;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_open_portfolio_64079()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- The initial capital is the first cash entry: from then on value follows from entries and holdings alone.
BEGIN
    INSERT INTO account.cash_entries (portfolio_id, currency, amount, kind)
    SELECT portfolio_id, 'KRW', initial_capital, 'OPENING' FROM opened WHERE initial_capital > 0;
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_price_event_opens_953c3()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- INSERT … ON CONFLICT DO UPDATE and MERGE are several events in one statement; they open, and close, one within the other.
BEGIN
    -- What a client has typed there and is no count is none.
    PERFORM set_config('aegis.open_price_events',
        (coalesce(substring(current_setting('aegis.open_price_events', true) FROM '^\d{1,6}$'), '0')::int + 1)::text, true);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_price_event_over_d8768()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- Holdings are valued when the last event of the statement is over, all in one go: a second go would wait for holdings while
-- it keeps portfolios locked, and a fill does the opposite. A load of several statements opens one event more.
DECLARE
    still_open CONSTANT int := current_setting('aegis.open_price_events')::int - 1;
BEGIN
    PERFORM set_config('aegis.open_price_events', still_open::text, true);
    IF still_open = 0 THEN
        PERFORM account.revalue_queued();
    END IF;
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_queue_revaluation_on_delete_49c59()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO account.revaluations (stock_ids) SELECT array_agg(stock_id) FROM changed HAVING count(*) > 0;
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_queue_revaluation_on_insert_0c2fa()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO account.revaluations (stock_ids) SELECT array_agg(stock_id) FROM changed HAVING count(*) > 0;
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_queue_revaluation_on_update_fadd4()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO account.revaluations (stock_ids) SELECT array_agg(stock_id) FROM changed HAVING count(*) > 0;
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_revalue_at_commit_22c47()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    PERFORM account.revalue_queued();
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_revalue_currency_on_delete_9a6d2()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    PERFORM account.touch_portfolios(ARRAY(
        SELECT portfolio_id FROM account.cash_balances JOIN changed USING (currency)
        UNION
        SELECT portfolio_id FROM account.holdings JOIN market.stocks USING (stock_id) JOIN changed USING (currency)));
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_revalue_currency_on_insert_930fd()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    PERFORM account.touch_portfolios(ARRAY(
        SELECT portfolio_id FROM account.cash_balances JOIN changed USING (currency)
        UNION
        SELECT portfolio_id FROM account.holdings JOIN market.stocks USING (stock_id) JOIN changed USING (currency)));
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_revalue_currency_on_update_cb4ad()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    PERFORM account.touch_portfolios(ARRAY(
        SELECT portfolio_id FROM account.cash_balances JOIN changed USING (currency)
        UNION
        SELECT portfolio_id FROM account.holdings JOIN market.stocks USING (stock_id) JOIN changed USING (currency)));
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_touch_portfolios_on_delete_718b5()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    PERFORM account.touch_portfolios(ARRAY(SELECT DISTINCT portfolio_id FROM moved WHERE quantity > 0));
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_touch_portfolios_on_insert_201f4()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    PERFORM account.touch_portfolios(ARRAY(SELECT DISTINCT portfolio_id FROM moved WHERE quantity > 0));
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_touch_portfolios_on_update_4946c()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- Where a position went to, and where it came from.
BEGIN
    PERFORM account.touch_portfolios(ARRAY(
        SELECT portfolio_id FROM moved WHERE quantity > 0
        UNION SELECT portfolio_id FROM departed WHERE quantity > 0));
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_unbook_cash_beb8d()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- Only reached when an execution that nothing followed is deleted and takes its entry along.
BEGIN
    PERFORM FROM account.portfolio
      WHERE portfolio_id IN (SELECT portfolio_id FROM removed) ORDER BY portfolio_id FOR NO KEY UPDATE;
    UPDATE account.cash_balances AS standing
       SET balance = balance - gone.amount
      FROM (SELECT portfolio_id, currency, sum(amount) AS amount FROM removed GROUP BY portfolio_id, currency) AS gone
     WHERE (standing.portfolio_id, standing.currency) = (gone.portfolio_id, gone.currency);
    PERFORM account.touch_portfolios(ARRAY(SELECT DISTINCT portfolio_id FROM removed));
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_update_holding_value_50725()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- Values are in the stock's currency. Without a price they are NULL: unknown, not zero.
DECLARE
    price market.latest_prices;
    close_price numeric;
BEGIN
    SELECT * INTO price FROM market.latest_prices WHERE stock_id = NEW.stock_id;
    close_price := account.close_for(price.close_price, price.trade_date, NEW.split_on, NEW.split_ratio);
    NEW.current_value := NEW.quantity * close_price;
    NEW.unrealized_pnl := NEW.quantity * close_price - NEW.quantity * NEW.avg_purchase_price;
    NEW.unrealized_pnl_rate := account.unrealized_rate(NEW.quantity, NEW.avg_purchase_price, close_price);
    NEW.valued_on := price.trade_date;
    NEW.last_updated := now();
    RETURN NEW;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_value_holding_on_insert_9575f()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- Values are in the stock's currency. Without a price they are NULL: unknown, not zero.
DECLARE
    price market.latest_prices;
    close_price numeric;
BEGIN
    SELECT * INTO price FROM market.latest_prices WHERE stock_id = NEW.stock_id;
    close_price := account.close_for(price.close_price, price.trade_date, NEW.split_on, NEW.split_ratio);
    NEW.current_value := NEW.quantity * close_price;
    NEW.unrealized_pnl := NEW.quantity * close_price - NEW.quantity * NEW.avg_purchase_price;
    NEW.unrealized_pnl_rate := account.unrealized_rate(NEW.quantity, NEW.avg_purchase_price, close_price);
    NEW.valued_on := price.trade_date;
    NEW.last_updated := now();
    RETURN NEW;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_value_holding_on_typing_b33df()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- Values are in the stock's currency. Without a price they are NULL: unknown, not zero.
DECLARE
    price market.latest_prices;
    close_price numeric;
BEGIN
    SELECT * INTO price FROM market.latest_prices WHERE stock_id = NEW.stock_id;
    close_price := account.close_for(price.close_price, price.trade_date, NEW.split_on, NEW.split_ratio);
    NEW.current_value := NEW.quantity * close_price;
    NEW.unrealized_pnl := NEW.quantity * close_price - NEW.quantity * NEW.avg_purchase_price;
    NEW.unrealized_pnl_rate := account.unrealized_rate(NEW.quantity, NEW.avg_purchase_price, close_price);
    NEW.valued_on := price.trade_date;
    NEW.last_updated := now();
    RETURN NEW;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_value_new_portfolio_d6eaa()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF NEW.created_at NOT BETWEEN '1970-01-01 00:00+00' AND '2199-12-31 00:00+00'
       OR NEW.buying_halted_at NOT BETWEEN '1970-01-01 00:00+00' AND '2199-12-31 00:00+00' THEN
        RAISE EXCEPTION 'portfolio_time: portfolio % has a time before 1970 or after 2199', NEW.name
            USING ERRCODE = 'check_violation', CONSTRAINT = 'portfolio_time', HINT = 'Use now(), or NULL to clear the halt.';
    END IF;
    NEW.current_value := NEW.initial_capital;
    NEW.peak_value := NEW.initial_capital;
    RETURN NEW;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_value_portfolio_b72d3()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- Any update of a portfolio values it: nobody can type a value, and whoever moves cash or holdings need only touch it.
-- The row is locked by now, so these queries see everything that earlier holders of the lock have committed.
DECLARE
    typed_by_client CONSTANT boolean := pg_trigger_depth() = 1;
BEGIN
    IF NEW.initial_capital <> OLD.initial_capital THEN
        RAISE EXCEPTION 'portfolio_capital: the initial capital is booked as the opening entry and cannot change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'portfolio_capital',
                  HINT = 'Deposit or withdraw the difference.';
    END IF;
    IF typed_by_client THEN
        NEW.peak_value := OLD.peak_value;
        IF NEW.created_at NOT BETWEEN '1970-01-01 00:00+00' AND '2199-12-31 00:00+00'
           OR NEW.buying_halted_at NOT BETWEEN '1970-01-01 00:00+00' AND '2199-12-31 00:00+00' THEN
            RAISE EXCEPTION 'portfolio_time: portfolio % has a time before 1970 or after 2199', NEW.name
                USING ERRCODE = 'check_violation', CONSTRAINT = 'portfolio_time', HINT = 'Use now(), or NULL to clear the halt.';
        END IF;
    END IF;
    NEW.updated_at := now();
    NEW.current_value := account.portfolio_value(NEW.portfolio_id);
    IF OLD.buying_halted_at IS NOT NULL AND NEW.buying_halted_at IS NULL THEN
        NEW.peak_value := NEW.current_value;  -- cleared by an operator: the fall is measured from here on
    ELSE
        NEW.peak_value := greatest(NEW.peak_value, NEW.current_value);
    END IF;
    IF NEW.current_value IS NULL AND OLD.current_value IS NOT NULL THEN
        INSERT INTO system.alerts (alert_type, severity, module, message, data)
        VALUES ('WARNING', 'HIGH', 'account',
                format('Portfolio %s cannot be valued: an exchange rate or a price is missing.', NEW.name),
                jsonb_build_object('portfolio_id', NEW.portfolio_id, 'missing', account.missing_for_value(NEW.portfolio_id)));
    END IF;
    -- Below a peak of less than nothing, too, is a percentage of what the peak is.
    IF NEW.current_value < NEW.peak_value - abs(NEW.peak_value) * NEW.max_drawdown / 100 AND NEW.buying_halted_at IS NULL THEN
        NEW.buying_halted_at := now();
        INSERT INTO system.alerts (alert_type, severity, module, message, data)
        VALUES ('ERROR', 'CRITICAL', 'account',
                format('Portfolio %s fell more than %s %% below its peak: no new BUY orders until an operator clears it.',
                       NEW.name, NEW.max_drawdown),
                jsonb_build_object('portfolio_id', NEW.portfolio_id, 'value', NEW.current_value, 'peak', NEW.peak_value));
    END IF;
    RETURN NEW;
END
$function$;
CREATE OR REPLACE FUNCTION account.portfolio_value(the_portfolio bigint)
 RETURNS numeric
 LANGUAGE plpgsql
 STABLE
AS $function$
BEGIN
    RETURN (
        SELECT CASE WHEN count(*) = count(krw) THEN coalesce(sum(krw), 0) END
          FROM (SELECT amount * market.krw_rate(currency) AS krw
                  FROM (SELECT currency, CASE WHEN count(*) = count(amount) THEN sum(amount) END AS amount
                          FROM (SELECT currency, balance AS amount
                                  FROM account.cash_balances WHERE portfolio_id = the_portfolio AND balance <> 0
                                UNION ALL
                                SELECT currency, current_value
                                  FROM account.holdings JOIN market.stocks USING (stock_id)
                                 WHERE portfolio_id = the_portfolio AND quantity > 0) AS owned
                         GROUP BY currency) AS sums
                OFFSET 0) AS rated);
END
$function$;
CREATE OR REPLACE FUNCTION account.revalue_queued()
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    changed bigint[];
    touched bigint[];
BEGIN
    WITH taken AS (DELETE FROM account.revaluations RETURNING stock_ids)
    SELECT array_agg(DISTINCT stock_id) INTO changed FROM taken CROSS JOIN unnest(stock_ids) AS stock_id;
    IF changed IS NULL THEN
        RETURN;
    END IF;
    -- Locked by a statement of its own: one that locks and updates in one go meets rows that a fill has changed since it
    -- began, and then waits for them out of order.
    PERFORM FROM account.holdings WHERE stock_id = ANY (changed) ORDER BY holding_id FOR NO KEY UPDATE;
    WITH revalued AS (
        UPDATE account.holdings
           SET current_value = quantity * close_price,
               unrealized_pnl = quantity * close_price - quantity * avg_purchase_price,
               unrealized_pnl_rate = account.unrealized_rate(quantity, avg_purchase_price, close_price),
               valued_on = trade_date,
               last_updated = now()
          FROM (SELECT holding_id AS key, price.trade_date,
                       account.close_for(price.close_price, price.trade_date, split_on, split_ratio) AS close_price
                  FROM account.holdings LEFT JOIN market.latest_prices AS price USING (stock_id)
                 WHERE stock_id = ANY (changed)) AS held
         WHERE holding_id = key
        RETURNING portfolio_id
    )
    SELECT array_agg(DISTINCT portfolio_id) INTO touched FROM revalued;
    PERFORM account.touch_portfolios(touched);
END
$function$;
CREATE OR REPLACE FUNCTION account.touch_portfolios(portfolio_ids bigint[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    PERFORM FROM account.portfolio
      WHERE portfolio_id = ANY (portfolio_ids) ORDER BY portfolio_id FOR NO KEY UPDATE;
    UPDATE account.portfolio SET updated_at = now() WHERE portfolio_id = ANY (portfolio_ids);
END
$function$;
CREATE OR REPLACE FUNCTION account.unrealized_rate(quantity bigint, average numeric, close_price numeric)
 RETURNS numeric
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
    SELECT CASE WHEN close_price IS NULL THEN NULL
                WHEN quantity > 0 AND average > 0 THEN least((close_price / average - 1) * 100, 9999999999.99)
                ELSE 0 END
$function$;
TABLE analytics.backtest_results;
    backtest_id bigint NOT NULL IDENTITY;
    strategy_name character varying(100) NOT NULL;
    test_period_start date NOT NULL;
    test_period_end date NOT NULL;
    initial_capital numeric(15,0) NOT NULL;
    final_value numeric(15,0) NOT NULL;
    total_return numeric(8,2) NOT NULL;
    annual_return numeric(8,2);
    sharpe_ratio numeric(6,2);
    max_drawdown numeric(6,2);
    win_rate numeric(6,2);
    total_trades integer;
    parameters jsonb;
    order_id bigint;
    created_at timestamp with time zone NOT NULL DEFAULT now();
    CONSTRAINT backtest_results_pkey PRIMARY KEY (backtest_id);
    CONSTRAINT chk_backtest_results_capital CHECK (((initial_capital > '0'::numeric) AND (initial_capital < 'Infinity'::numeric) AND (final_value >= '0'::numeric) AND (final_value < 'Infinity'::numeric)));
    CONSTRAINT chk_backtest_results_dates CHECK (((test_period_start >= '1800-01-01'::date) AND (test_period_start < '2200-01-01'::date) AND (test_period_end >= '1800-01-01'::date) AND (test_period_end < '2200-01-01'::date) AND (created_at >= '1970-01-01 00:00:00+00'::timestamp with time zone) AND (created_at < '2200-01-01 00:00:00+00'::timestamp with time zone)));
    CONSTRAINT chk_backtest_results_period CHECK ((test_period_start <= test_period_end));
    CONSTRAINT chk_backtest_results_rates CHECK (((max_drawdown >= (0)::numeric) AND (max_drawdown <= (100)::numeric) AND (win_rate >= (0)::numeric) AND (win_rate <= (100)::numeric)));
    CONSTRAINT chk_backtest_results_trades CHECK ((total_trades >= 0));
    CONSTRAINT fk_backtest_results_order FOREIGN KEY (order_id) REFERENCES orders(order_id) ON DELETE RESTRICT;
    CREATE UNIQUE INDEX backtest_results_pkey ON analytics.backtest_results USING btree (backtest_id);
    CREATE INDEX idx_backtest_results_order ON analytics.backtest_results USING btree (order_id) WHERE (order_id IS NOT NULL);
    COMMENT ON TABLE IS 'Results of backtests';
    COMMENT ON COLUMN initial_capital IS 'KRW';
    COMMENT ON COLUMN final_value IS 'KRW';
    COMMENT ON COLUMN total_return IS 'Percent';
    COMMENT ON COLUMN annual_return IS 'Percent';
    COMMENT ON COLUMN max_drawdown IS 'Percent, positive: 15 is a fall of 15 percent from the peak';
    COMMENT ON COLUMN win_rate IS 'Percent of trades';
    COMMENT ON COLUMN order_id IS 'The live order that this backtest argued for, if any';
    GRANT DELETE, INSERT, SELECT, UPDATE TO aegis_admin;
    GRANT DELETE, INSERT, SELECT, UPDATE TO aegis_analyst;
TABLE brain.ai_report_events;
    pgh_created_at timestamp with time zone NOT NULL;
    pgh_label text NOT NULL;
    pgh_id bigint NOT NULL IDENTITY;
    principal character varying(150) NOT NULL DEFAULT principal();
    login character varying(63) NOT NULL DEFAULT SESSION_USER;
    pgh_context jsonb;
    report_id bigint NOT NULL;
    analysis_date date NOT NULL;
    model_version character varying(20) NOT NULL;
    sentiment_score numeric(4,2);
    confidence_score numeric(5,4);
    target_price numeric(14,4);
    risk_level character varying(10) NOT NULL;
    summary text;
    created_at timestamp with time zone NOT NULL DEFAULT now();
    pgh_obj_id bigint NOT NULL;
    stock_id bigint NOT NULL;
    CONSTRAINT ai_report_events_pkey PRIMARY KEY (pgh_id);
    CREATE UNIQUE INDEX ai_report_events_pkey ON brain.ai_report_events USING btree (pgh_id);
    CREATE INDEX idx_ai_report_events_row ON brain.ai_report_events USING btree (pgh_obj_id, pgh_id DESC);
    CREATE TRIGGER pgtrigger_append_only_d97c0 BEFORE DELETE OR UPDATE ON brain.ai_report_events FOR EACH ROW EXECUTE FUNCTION pgtrigger_append_only_d97c0();
    COMMENT ON TABLE IS 'Every change of ai_reports, append-only';
    COMMENT ON COLUMN principal IS 'The acting user';
    COMMENT ON COLUMN login IS 'The database login';
    COMMENT ON COLUMN sentiment_score IS '-10 (bad) to 10 (good)';
    COMMENT ON COLUMN confidence_score IS '0 to 1';
    COMMENT ON COLUMN target_price IS 'Trading currency';
    GRANT SELECT TO aegis_admin;
    GRANT SELECT TO aegis_analyst;
    GRANT SELECT TO aegis_trader;
TABLE brain.ai_reports;
    report_id bigint NOT NULL IDENTITY;
    stock_id bigint NOT NULL;
    analysis_date date NOT NULL;
    model_version character varying(20) NOT NULL;
    sentiment_score numeric(4,2);
    confidence_score numeric(5,4);
    target_price numeric(14,4);
    risk_level character varying(10) NOT NULL;
    summary text;
    raw_data jsonb;
    created_at timestamp with time zone NOT NULL DEFAULT now();
    CONSTRAINT ai_reports_pkey PRIMARY KEY (report_id);
    CONSTRAINT chk_ai_reports_confidence CHECK (((confidence_score >= (0)::numeric) AND (confidence_score <= (1)::numeric)));
    CONSTRAINT chk_ai_reports_date CHECK (((analysis_date >= '1800-01-01'::date) AND (analysis_date < '2200-01-01'::date) AND (created_at >= '1970-01-01 00:00:00+00'::timestamp with time zone) AND (created_at < '2200-01-01 00:00:00+00'::timestamp with time zone)));
    CONSTRAINT chk_ai_reports_risk CHECK (((risk_level)::text = ANY ('{LOW,MEDIUM,HIGH}'::text[])));
    CONSTRAINT chk_ai_reports_sentiment CHECK (((sentiment_score >= ('-10'::integer)::numeric) AND (sentiment_score <= (10)::numeric)));
    CONSTRAINT chk_ai_reports_target CHECK (((target_price > '0'::numeric) AND (target_price < 'Infinity'::numeric)));
    CONSTRAINT fk_ai_reports_stock FOREIGN KEY (stock_id) REFERENCES stocks(stock_id) ON DELETE RESTRICT;
    CONSTRAINT idx_ai_reports_stock_date UNIQUE (stock_id, analysis_date, model_version);
    CREATE UNIQUE INDEX ai_reports_pkey ON brain.ai_reports USING btree (report_id);
    CREATE INDEX idx_ai_reports_date ON brain.ai_reports USING btree (analysis_date DESC);
    CREATE INDEX idx_ai_reports_sentiment ON brain.ai_reports USING btree (sentiment_score DESC NULLS LAST);
    CREATE UNIQUE INDEX idx_ai_reports_stock_date ON brain.ai_reports USING btree (stock_id, analysis_date, model_version);
    CREATE TRIGGER pgtrigger_audit_delete_aa701 AFTER DELETE ON brain.ai_reports FOR EACH ROW EXECUTE FUNCTION pgtrigger_audit_delete_aa701();
    CREATE TRIGGER pgtrigger_audit_insert_9d010 AFTER INSERT ON brain.ai_reports FOR EACH ROW EXECUTE FUNCTION pgtrigger_audit_insert_9d010();
    CREATE TRIGGER pgtrigger_audit_update_1bf02 AFTER UPDATE ON brain.ai_reports FOR EACH ROW WHEN (((old.analysis_date IS DISTINCT FROM new.analysis_date) OR (old.confidence_score IS DISTINCT FROM new.confidence_score) OR (old.created_at IS DISTINCT FROM new.created_at) OR ((old.model_version)::text IS DISTINCT FROM (new.model_version)::text) OR (old.report_id IS DISTINCT FROM new.report_id) OR ((old.risk_level)::text IS DISTINCT FROM (new.risk_level)::text) OR (old.sentiment_score IS DISTINCT FROM new.sentiment_score) OR (old.stock_id IS DISTINCT FROM new.stock_id) OR (old.summary IS DISTINCT FROM new.summary) OR (old.target_price IS DISTINCT FROM new.target_price))) EXECUTE FUNCTION pgtrigger_audit_update_1bf02();
    COMMENT ON TABLE IS 'AI analysis of one stock on one day by one model version';
    COMMENT ON COLUMN sentiment_score IS '-10 (bad) to 10 (good)';
    COMMENT ON COLUMN confidence_score IS '0 to 1';
    COMMENT ON COLUMN target_price IS 'Trading currency';
    COMMENT ON COLUMN raw_data IS 'What the model returned';
    GRANT DELETE, INSERT, SELECT, UPDATE TO aegis_admin;
    GRANT DELETE, INSERT, SELECT, UPDATE TO aegis_analyst;
    GRANT SELECT TO aegis_trader;
TABLE brain.daily_pick_events;
    pgh_created_at timestamp with time zone NOT NULL;
    pgh_label text NOT NULL;
    pgh_id bigint NOT NULL IDENTITY;
    principal character varying(150) NOT NULL DEFAULT principal();
    login character varying(63) NOT NULL DEFAULT SESSION_USER;
    pgh_context jsonb;
    pick_id bigint NOT NULL;
    pick_date date NOT NULL;
    action character varying(10) NOT NULL;
    priority_score numeric(8,2);
    expected_return numeric(6,2);
    holding_period integer;
    is_executed boolean NOT NULL DEFAULT false;
    created_at timestamp with time zone NOT NULL DEFAULT now();
    pgh_obj_id bigint NOT NULL;
    report_id bigint NOT NULL;
    stock_id bigint NOT NULL;
    CONSTRAINT daily_pick_events_pkey PRIMARY KEY (pgh_id);
    CREATE UNIQUE INDEX daily_pick_events_pkey ON brain.daily_pick_events USING btree (pgh_id);
    CREATE INDEX idx_daily_pick_events_row ON brain.daily_pick_events USING btree (pgh_obj_id, pgh_id DESC);
    CREATE TRIGGER pgtrigger_append_only_d5362 BEFORE DELETE OR UPDATE ON brain.daily_pick_events FOR EACH ROW EXECUTE FUNCTION pgtrigger_append_only_d5362();
    COMMENT ON TABLE IS 'Every change of daily_picks, append-only';
    COMMENT ON COLUMN principal IS 'The acting user';
    COMMENT ON COLUMN login IS 'The database login';
    COMMENT ON COLUMN expected_return IS 'Percent';
    COMMENT ON COLUMN holding_period IS 'Expected days to hold';
    COMMENT ON COLUMN is_executed IS 'True from the first fill on';
    COMMENT ON COLUMN stock_id IS 'The report''s stock';
    GRANT SELECT TO aegis_admin;
    GRANT SELECT TO aegis_analyst;
    GRANT SELECT TO aegis_trader;
TABLE brain.daily_picks;
    pick_id bigint NOT NULL IDENTITY;
    report_id bigint NOT NULL;
    stock_id bigint NOT NULL;
    pick_date date NOT NULL;
    action character varying(10) NOT NULL;
    priority_score numeric(8,2);
    expected_return numeric(6,2);
    holding_period integer;
    is_executed boolean NOT NULL DEFAULT false;
    created_at timestamp with time zone NOT NULL DEFAULT now();
    CONSTRAINT chk_daily_picks_action CHECK (((action)::text = ANY ('{BUY,SELL,HOLD}'::text[])));
    CONSTRAINT chk_daily_picks_date CHECK (((pick_date >= '1800-01-01'::date) AND (pick_date < '2200-01-01'::date) AND (created_at >= '1970-01-01 00:00:00+00'::timestamp with time zone) AND (created_at < '2200-01-01 00:00:00+00'::timestamp with time zone)));
    CONSTRAINT chk_daily_picks_period CHECK ((holding_period > 0));
    CONSTRAINT chk_daily_picks_priority CHECK ((priority_score < (1000000)::numeric));
    CONSTRAINT daily_picks_pkey PRIMARY KEY (pick_id);
    CONSTRAINT fk_daily_picks_report FOREIGN KEY (report_id) REFERENCES ai_reports(report_id) ON DELETE RESTRICT;
    CONSTRAINT fk_daily_picks_stock FOREIGN KEY (stock_id) REFERENCES stocks(stock_id) ON DELETE RESTRICT;
    CONSTRAINT uniq_daily_pick UNIQUE (report_id, pick_date, action);
    CONSTRAINT uniq_daily_picks_one_action UNIQUE (pick_date, report_id);
    CREATE UNIQUE INDEX daily_picks_pkey ON brain.daily_picks USING btree (pick_id);
    CREATE INDEX idx_daily_picks_date_action ON brain.daily_picks USING btree (pick_date, action);
    CREATE INDEX idx_daily_picks_priority ON brain.daily_picks USING btree (priority_score DESC NULLS LAST, pick_date);
    CREATE INDEX idx_daily_picks_stock ON brain.daily_picks USING btree (stock_id);
    CREATE UNIQUE INDEX uniq_daily_pick ON brain.daily_picks USING btree (report_id, pick_date, action);
    CREATE UNIQUE INDEX uniq_daily_picks_one_action ON brain.daily_picks USING btree (pick_date, report_id);
    CREATE TRIGGER pgtrigger_audit_delete_a0ff8 AFTER DELETE ON brain.daily_picks FOR EACH ROW EXECUTE FUNCTION pgtrigger_audit_delete_a0ff8();
    CREATE TRIGGER pgtrigger_audit_insert_74709 AFTER INSERT ON brain.daily_picks FOR EACH ROW EXECUTE FUNCTION pgtrigger_audit_insert_74709();
    CREATE TRIGGER pgtrigger_audit_update_9e6f4 AFTER UPDATE ON brain.daily_picks FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION pgtrigger_audit_update_9e6f4();
    CREATE TRIGGER pgtrigger_guard_ordered_pick_bb5dd BEFORE UPDATE ON brain.daily_picks FOR EACH ROW WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION pgtrigger_guard_ordered_pick_bb5dd();
    CREATE TRIGGER pgtrigger_pick_stock_2af67 BEFORE INSERT OR UPDATE OF report_id, stock_id ON brain.daily_picks FOR EACH ROW EXECUTE FUNCTION pgtrigger_pick_stock_2af67();
    COMMENT ON TABLE IS 'Advice to buy, sell or hold a report''s stock on one day';
    COMMENT ON COLUMN stock_id IS 'The report''s stock';
    COMMENT ON COLUMN expected_return IS 'Percent';
    COMMENT ON COLUMN holding_period IS 'Expected days to hold';
    COMMENT ON COLUMN is_executed IS 'True from the first fill on';
    GRANT DELETE, INSERT, SELECT, UPDATE TO aegis_admin;
    GRANT DELETE, INSERT, SELECT, UPDATE TO aegis_analyst;
    GRANT SELECT TO aegis_trader;
CREATE OR REPLACE FUNCTION brain.pgtrigger_append_only_d5362()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RAISE EXCEPTION 'history_append_only: history is neither changed nor deleted'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'history_append_only';
END
$function$;
CREATE OR REPLACE FUNCTION brain.pgtrigger_append_only_d97c0()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RAISE EXCEPTION 'history_append_only: history is neither changed nor deleted'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'history_append_only';
END
$function$;
CREATE OR REPLACE FUNCTION brain.pgtrigger_audit_delete_a0ff8()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO brain.daily_pick_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, pick_id, report_id, stock_id, pick_date, action, priority_score, expected_return, holding_period, is_executed, created_at)
    VALUES (now(), 'delete', OLD.pick_id, system.history_context(), OLD.pick_id, OLD.report_id, OLD.stock_id, OLD.pick_date, OLD.action, OLD.priority_score, OLD.expected_return, OLD.holding_period, OLD.is_executed, OLD.created_at);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION brain.pgtrigger_audit_delete_aa701()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO brain.ai_report_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, report_id, stock_id, analysis_date, model_version, sentiment_score, confidence_score, target_price, risk_level, summary, created_at)
    VALUES (now(), 'delete', OLD.report_id, system.history_context(), OLD.report_id, OLD.stock_id, OLD.analysis_date, OLD.model_version, OLD.sentiment_score, OLD.confidence_score, OLD.target_price, OLD.risk_level, OLD.summary, OLD.created_at);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION brain.pgtrigger_audit_insert_74709()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO brain.daily_pick_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, pick_id, report_id, stock_id, pick_date, action, priority_score, expected_return, holding_period, is_executed, created_at)
    VALUES (now(), 'insert', NEW.pick_id, system.history_context(), NEW.pick_id, NEW.report_id, NEW.stock_id, NEW.pick_date, NEW.action, NEW.priority_score, NEW.expected_return, NEW.holding_period, NEW.is_executed, NEW.created_at);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION brain.pgtrigger_audit_insert_9d010()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO brain.ai_report_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, report_id, stock_id, analysis_date, model_version, sentiment_score, confidence_score, target_price, risk_level, summary, created_at)
    VALUES (now(), 'insert', NEW.report_id, system.history_context(), NEW.report_id, NEW.stock_id, NEW.analysis_date, NEW.model_version, NEW.sentiment_score, NEW.confidence_score, NEW.target_price, NEW.risk_level, NEW.summary, NEW.created_at);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION brain.pgtrigger_audit_update_1bf02()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO brain.ai_report_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, report_id, stock_id, analysis_date, model_version, sentiment_score, confidence_score, target_price, risk_level, summary, created_at)
    VALUES (now(), 'update', NEW.report_id, system.history_context(), NEW.report_id, NEW.stock_id, NEW.analysis_date, NEW.model_version, NEW.sentiment_score, NEW.confidence_score, NEW.target_price, NEW.risk_level, NEW.summary, NEW.created_at);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION brain.pgtrigger_audit_update_9e6f4()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO brain.daily_pick_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, pick_id, report_id, stock_id, pick_date, action, priority_score, expected_return, holding_period, is_executed, created_at)
    VALUES (now(), 'update', NEW.pick_id, system.history_context(), NEW.pick_id, NEW.report_id, NEW.stock_id, NEW.pick_date, NEW.action, NEW.priority_score, NEW.expected_return, NEW.holding_period, NEW.is_executed, NEW.created_at);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION brain.pgtrigger_pick_stock_2af67()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- A pick is of the stock that its report is about: filled in when omitted, refused when it disagrees.
DECLARE
    reported bigint := (SELECT stock_id FROM brain.ai_reports WHERE report_id = NEW.report_id);
BEGIN
    IF reported IS NULL AND NEW.report_id IS NOT NULL THEN
        RAISE EXCEPTION 'fk_daily_picks_report: there is no report %', NEW.report_id
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'fk_daily_picks_report';
    ELSIF NEW.stock_id <> reported THEN
        RAISE EXCEPTION 'pick_stock: report % is about stock %, not %; leave stock_id out to have it filled in',
            NEW.report_id, reported, NEW.stock_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pick_stock';
    END IF;
    NEW.stock_id := reported;
    RETURN NEW;
END
$function$;
TABLE market.action_events;
    pgh_created_at timestamp with time zone NOT NULL;
    pgh_label text NOT NULL;
    pgh_id bigint NOT NULL IDENTITY;
    principal character varying(150) NOT NULL DEFAULT principal();
    login character varying(63) NOT NULL DEFAULT SESSION_USER;
    pgh_context jsonb;
    action_id bigint NOT NULL;
    kind character varying(13) NOT NULL;
    effective_date date NOT NULL;
    ratio numeric(18,9);
    per numeric(9,0) NOT NULL DEFAULT 1;
    amount numeric(18,6);
    subscription_price numeric(14,4);
    cum_price numeric(14,4);
    memo character varying(200);
    created_by character varying(150) NOT NULL DEFAULT principal();
    created_at timestamp with time zone NOT NULL DEFAULT now();
    pgh_obj_id bigint NOT NULL;
    stock_id bigint NOT NULL;
    CONSTRAINT action_events_pkey PRIMARY KEY (pgh_id);
    CREATE UNIQUE INDEX action_events_pkey ON market.action_events USING btree (pgh_id);
    CREATE INDEX idx_action_events_row ON market.action_events USING btree (pgh_obj_id, pgh_id DESC);
    CREATE TRIGGER pgtrigger_append_only_13a78 BEFORE DELETE OR UPDATE ON market.action_events FOR EACH ROW EXECUTE FUNCTION pgtrigger_append_only_13a78();
    COMMENT ON TABLE IS 'Every change of corporate_actions, append-only';
    COMMENT ON COLUMN principal IS 'The acting user';
    COMMENT ON COLUMN login IS 'The database login';
    COMMENT ON COLUMN effective_date IS 'Ex-date at the exchange: the first session that trades without the right';
    COMMENT ON COLUMN ratio IS 'All shares after the action for `per` shares before: 50 for a split, 1.1 for a bonus of one in ten';
    COMMENT ON COLUMN per IS 'Shares before: 3 with a ratio of 1 makes one of three, which no decimal says';
    COMMENT ON COLUMN amount IS 'Cash for one share, trading currency, before tax';
    COMMENT ON COLUMN subscription_price IS 'What a new share of a rights issue costs, trading currency';
    COMMENT ON COLUMN cum_price IS 'The last close before the effective date of a rights issue, trading currency';
    GRANT SELECT TO aegis_admin;
    GRANT SELECT TO aegis_analyst;
    GRANT SELECT TO aegis_readonly;
    GRANT SELECT TO aegis_trader;
VIEW market.adjusted_prices AS  SELECT price.price_id,
    price.stock_id,
    price.trade_date,
    round((price.open_price / later.factor), 6) AS open_price,
    round((price.high_price / later.factor), 6) AS high_price,
    round((price.low_price / later.factor), 6) AS low_price,
    round((price.close_price / later.factor), 6) AS close_price,
    round(((price.volume)::numeric * later.factor)) AS volume,
    price.amount,
    later.factor
   FROM (daily_prices price
     CROSS JOIN LATERAL ( SELECT product(action.price_factor) AS factor
           FROM (corporate_actions action
             JOIN stocks stock ON ((stock.stock_id = action.stock_id)))
          WHERE ((action.stock_id = price.stock_id) AND (action.effective_date > price.trade_date) AND (action.effective_date <= today((stock.market_type)::text)))) later);
    price_id bigint;
    stock_id bigint;
    trade_date date;
    open_price numeric;
    high_price numeric;
    low_price numeric;
    close_price numeric;
    volume numeric;
    amount numeric(20,0);
    factor numeric;
    COMMENT ON TABLE IS 'Daily prices in today''s shares: raw prices divided by the factors of later splits, bonus and rights issues';
    GRANT SELECT TO aegis_admin;
    GRANT SELECT TO aegis_analyst;
    GRANT SELECT TO aegis_readonly;
    GRANT SELECT TO aegis_trader;
TABLE market.corporate_actions;
    action_id bigint NOT NULL IDENTITY;
    kind character varying(13) NOT NULL;
    effective_date date NOT NULL;
    ratio numeric(18,9);
    per numeric(9,0) NOT NULL DEFAULT 1;
    amount numeric(18,6);
    subscription_price numeric(14,4);
    cum_price numeric(14,4);
    price_factor numeric(24,12) GENERATED 
CASE
    WHEN ((kind)::text = 'CASH_DIVIDEND'::text) THEN (1)::numeric
    WHEN ((cum_price <= subscription_price) AND ((kind)::text = 'RIGHTS'::text)) THEN (1)::numeric
    WHEN ((kind)::text = 'RIGHTS'::text) THEN ((cum_price * ratio) / NULLIF(((cum_price * per) + ((ratio - per) * subscription_price)), (0)::numeric))
    ELSE (ratio / NULLIF(per, (0)::numeric))
END;
    memo character varying(200);
    created_by character varying(150) NOT NULL DEFAULT principal();
    created_at timestamp with time zone NOT NULL DEFAULT now();
    stock_id bigint NOT NULL;
    CONSTRAINT chk_corporate_actions_amount CHECK (((amount > '0'::numeric) AND (amount < 'Infinity'::numeric) AND (((amount IS NOT NULL) AND ((kind)::text = 'CASH_DIVIDEND'::text)) OR ((NOT ((kind)::text = 'CASH_DIVIDEND'::text)) AND (amount IS NULL)))));
    CONSTRAINT chk_corporate_actions_date CHECK (((effective_date >= '1800-01-01'::date) AND (effective_date < '2200-01-01'::date) AND (created_at >= '1970-01-01 00:00:00+00'::timestamp with time zone) AND (created_at < '2200-01-01 00:00:00+00'::timestamp with time zone)));
    CONSTRAINT chk_corporate_actions_kind CHECK (((kind)::text = ANY ('{SPLIT,REVERSE_SPLIT,BONUS,RIGHTS,CASH_DIVIDEND}'::text[])));
    CONSTRAINT chk_corporate_actions_ratio CHECK (((ratio > '0'::numeric) AND (ratio < 'Infinity'::numeric) AND (per > '0'::numeric) AND (per < 'Infinity'::numeric) AND (per <= (1000000)::numeric) AND (ratio <= (1000000)::numeric) AND ((NOT ((kind)::text = ANY ((ARRAY['SPLIT'::character varying, 'BONUS'::character varying, 'RIGHTS'::character varying])::text[]))) OR ((ratio > per) AND (ratio IS NOT NULL))) AND ((NOT ((kind)::text = 'REVERSE_SPLIT'::text)) OR ((ratio IS NOT NULL) AND (ratio < per))) AND ((NOT ((kind)::text = 'CASH_DIVIDEND'::text)) OR ((per = (1)::numeric) AND (ratio IS NULL)))));
    CONSTRAINT chk_corporate_actions_rights CHECK (((subscription_price > '0'::numeric) AND (subscription_price < 'Infinity'::numeric) AND (cum_price > '0'::numeric) AND (cum_price < 'Infinity'::numeric) AND (((cum_price IS NOT NULL) AND ((kind)::text = 'RIGHTS'::text) AND (subscription_price IS NOT NULL)) OR ((NOT ((kind)::text = 'RIGHTS'::text)) AND (cum_price IS NULL) AND (subscription_price IS NULL)))));
    CONSTRAINT chk_corporate_actions_smallest_ratio CHECK ((ratio >= (per * 0.000001)));
    CONSTRAINT corporate_actions_pkey PRIMARY KEY (action_id);
    CONSTRAINT fk_corporate_actions_stock FOREIGN KEY (stock_id) REFERENCES stocks(stock_id) ON DELETE RESTRICT;
    CONSTRAINT uniq_corporate_actions_day UNIQUE (stock_id, effective_date, kind);
    CREATE UNIQUE INDEX corporate_actions_pkey ON market.corporate_actions USING btree (action_id);
    CREATE UNIQUE INDEX uniq_corporate_actions_day ON market.corporate_actions USING btree (stock_id, effective_date, kind);
    CREATE TRIGGER pgtrigger_audit_delete_57aff AFTER DELETE ON market.corporate_actions FOR EACH ROW EXECUTE FUNCTION pgtrigger_audit_delete_57aff();
    CREATE TRIGGER pgtrigger_audit_insert_fa3e5 AFTER INSERT ON market.corporate_actions FOR EACH ROW EXECUTE FUNCTION pgtrigger_audit_insert_fa3e5();
    CREATE TRIGGER pgtrigger_audit_update_519b0 AFTER UPDATE ON market.corporate_actions FOR EACH ROW WHEN (((old.action_id IS DISTINCT FROM new.action_id) OR (old.amount IS DISTINCT FROM new.amount) OR (old.created_at IS DISTINCT FROM new.created_at) OR ((old.created_by)::text IS DISTINCT FROM (new.created_by)::text) OR (old.cum_price IS DISTINCT FROM new.cum_price) OR (old.effective_date IS DISTINCT FROM new.effective_date) OR ((old.kind)::text IS DISTINCT FROM (new.kind)::text) OR ((old.memo)::text IS DISTINCT FROM (new.memo)::text) OR (old.per IS DISTINCT FROM new.per) OR (old.ratio IS DISTINCT FROM new.ratio) OR (old.stock_id IS DISTINCT FROM new.stock_id) OR (old.subscription_price IS DISTINCT FROM new.subscription_price))) EXECUTE FUNCTION pgtrigger_audit_update_519b0();
    CREATE TRIGGER pgtrigger_guard_applied_action_ddda5 BEFORE UPDATE ON market.corporate_actions FOR EACH ROW WHEN (((pg_trigger_depth() = 0) AND ((((((old.stock_id IS DISTINCT FROM new.stock_id) OR ((old.kind)::text IS DISTINCT FROM (new.kind)::text)) OR (old.effective_date IS DISTINCT FROM new.effective_date)) OR (old.ratio IS DISTINCT FROM new.ratio)) OR (old.per IS DISTINCT FROM new.per)) OR (old.amount IS DISTINCT FROM new.amount)))) EXECUTE FUNCTION pgtrigger_guard_applied_action_ddda5();
    COMMENT ON TABLE IS 'Splits, bonus and rights issues, cash dividends';
    COMMENT ON COLUMN effective_date IS 'Ex-date at the exchange: the first session that trades without the right';
    COMMENT ON COLUMN ratio IS 'All shares after the action for `per` shares before: 50 for a split, 1.1 for a bonus of one in ten';
    COMMENT ON COLUMN per IS 'Shares before: 3 with a ratio of 1 makes one of three, which no decimal says';
    COMMENT ON COLUMN amount IS 'Cash for one share, trading currency, before tax';
    COMMENT ON COLUMN subscription_price IS 'What a new share of a rights issue costs, trading currency';
    COMMENT ON COLUMN cum_price IS 'The last close before the effective date of a rights issue, trading currency';
    COMMENT ON COLUMN price_factor IS 'What prices before the effective date are divided by, and volumes multiplied';
    GRANT DELETE, INSERT, SELECT, UPDATE TO aegis_admin;
    GRANT SELECT TO aegis_analyst;
    GRANT SELECT TO aegis_readonly;
    GRANT SELECT TO aegis_trader;
TABLE market.daily_prices PARTITION BY RANGE (trade_date);
    price_id bigint NOT NULL IDENTITY;
    stock_id bigint NOT NULL;
    trade_date date NOT NULL;
    open_price numeric(14,4);
    high_price numeric(14,4);
    low_price numeric(14,4);
    close_price numeric(14,4) NOT NULL;
    volume bigint NOT NULL;
    amount numeric(20,0);
    changes numeric(10,2);
    created_at timestamp with time zone NOT NULL DEFAULT now();
    CONSTRAINT chk_daily_prices_amount CHECK (((amount >= '0'::numeric) AND (amount < 'Infinity'::numeric)));
    CONSTRAINT chk_daily_prices_range CHECK (((open_price > '0'::numeric) AND (open_price < 'Infinity'::numeric) AND (high_price > '0'::numeric) AND (high_price < 'Infinity'::numeric) AND (low_price > '0'::numeric) AND (low_price < 'Infinity'::numeric) AND (high_price >= low_price)));
    CONSTRAINT chk_price_positive CHECK (((close_price > '0'::numeric) AND (close_price < 'Infinity'::numeric) AND ((volume)::numeric >= '0'::numeric) AND ((volume)::numeric < 'Infinity'::numeric)));
    CONSTRAINT fk_daily_prices_stock FOREIGN KEY (stock_id) REFERENCES stocks(stock_id) ON DELETE RESTRICT;
    CONSTRAINT idx_daily_prices_stock_date PRIMARY KEY (stock_id, trade_date);
    CREATE INDEX idx_daily_prices_date ON ONLY market.daily_prices USING brin (trade_date) WITH (autosummarize='on');
    CREATE INDEX idx_daily_prices_id ON ONLY market.daily_prices USING brin (price_id) WITH (autosummarize='on', pages_per_range='32');
    CREATE UNIQUE INDEX idx_daily_prices_stock_date ON ONLY market.daily_prices USING btree (stock_id, trade_date);
    CREATE INDEX idx_daily_prices_volume ON ONLY market.daily_prices USING btree (trade_date, volume DESC);
    CREATE TRIGGER pgtrigger_latest_price_on_delete_f66ea AFTER DELETE ON market.daily_prices REFERENCING OLD TABLE AS departed FOR EACH STATEMENT EXECUTE FUNCTION pgtrigger_latest_price_on_delete_f66ea();
    CREATE TRIGGER pgtrigger_latest_price_on_insert_13a8e AFTER INSERT ON market.daily_prices REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION pgtrigger_latest_price_on_insert_13a8e();
    CREATE TRIGGER pgtrigger_latest_price_on_update_15a50 AFTER UPDATE ON market.daily_prices REFERENCING OLD TABLE AS departed NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION pgtrigger_latest_price_on_update_15a50();
    CREATE TRIGGER pgtrigger_price_event_opens_953c3 BEFORE INSERT OR DELETE OR UPDATE ON market.daily_prices FOR EACH STATEMENT EXECUTE FUNCTION pgtrigger_price_event_opens_953c3();
    CREATE TRIGGER pgtrigger_price_event_over_d8768 AFTER INSERT OR DELETE OR UPDATE ON market.daily_prices FOR EACH STATEMENT EXECUTE FUNCTION pgtrigger_price_event_over_d8768();
    COMMENT ON TABLE IS 'Raw daily bars, one partition a month; key (stock_id, trade_date)';
    COMMENT ON COLUMN price_id IS 'Django''s key; the database''s is (stock_id, trade_date)';
    COMMENT ON COLUMN trade_date IS 'Date at the exchange; partition key';
    COMMENT ON COLUMN open_price IS 'NULL on a halted day';
    COMMENT ON COLUMN high_price IS 'NULL on a halted day';
    COMMENT ON COLUMN low_price IS 'NULL on a halted day';
    COMMENT ON COLUMN close_price IS 'Trading currency';
    COMMENT ON COLUMN volume IS 'Shares';
    COMMENT ON COLUMN amount IS 'Traded value, trading currency';
    COMMENT ON COLUMN changes IS 'Day''s return in percent: 5.23 is +5.23 percent';
    GRANT DELETE, INSERT, SELECT, UPDATE TO aegis_admin;
    GRANT SELECT TO aegis_analyst;
    GRANT SELECT TO aegis_readonly;
    GRANT SELECT TO aegis_trader;
TABLE market.fx_rates;
    fx_rate_id bigint NOT NULL IDENTITY;
    currency character varying(3) NOT NULL;
    rate_date date NOT NULL;
    krw_per_unit numeric(18,6) NOT NULL;
    CONSTRAINT chk_fx_rates_currency CHECK (((currency)::text = ANY ('{KRW,USD}'::text[])));
    CONSTRAINT chk_fx_rates_date CHECK (((rate_date >= '1800-01-01'::date) AND (rate_date < '2200-01-01'::date)));
    CONSTRAINT chk_fx_rates_foreign CHECK ((NOT ((currency)::text = 'KRW'::text)));
    CONSTRAINT chk_fx_rates_positive CHECK (((krw_per_unit > '0'::numeric) AND (krw_per_unit < 'Infinity'::numeric) AND (krw_per_unit < (100000)::numeric)));
    CONSTRAINT fx_rates_pkey PRIMARY KEY (fx_rate_id);
    CONSTRAINT uniq_fx_rates_day UNIQUE (currency, rate_date);
    CREATE UNIQUE INDEX fx_rates_pkey ON market.fx_rates USING btree (fx_rate_id);
    CREATE UNIQUE INDEX uniq_fx_rates_day ON market.fx_rates USING btree (currency, rate_date);
    CREATE TRIGGER pgtrigger_revalue_currency_on_delete_9a6d2 AFTER DELETE ON market.fx_rates REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION pgtrigger_revalue_currency_on_delete_9a6d2();
    CREATE TRIGGER pgtrigger_revalue_currency_on_insert_930fd AFTER INSERT ON market.fx_rates REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION pgtrigger_revalue_currency_on_insert_930fd();
    CREATE TRIGGER pgtrigger_revalue_currency_on_update_cb4ad AFTER UPDATE ON market.fx_rates REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION pgtrigger_revalue_currency_on_update_cb4ad();
    COMMENT ON TABLE IS 'KRW for one unit of a currency; the newest not after a day values that day';
    GRANT DELETE, INSERT, SELECT, UPDATE TO aegis_admin;
    GRANT SELECT TO aegis_analyst;
    GRANT SELECT TO aegis_readonly;
    GRANT SELECT TO aegis_trader;
TABLE market.latest_prices;
    stock_id bigint NOT NULL;
    trade_date date NOT NULL;
    close_price numeric(14,4) NOT NULL;
    CONSTRAINT chk_latest_prices_close CHECK (((close_price > '0'::numeric) AND (close_price < 'Infinity'::numeric)));
    CONSTRAINT fk_latest_prices_stock FOREIGN KEY (stock_id) REFERENCES stocks(stock_id) ON DELETE CASCADE;
    CONSTRAINT latest_prices_pkey PRIMARY KEY (stock_id);
    CREATE UNIQUE INDEX latest_prices_pkey ON market.latest_prices USING btree (stock_id);
    CREATE TRIGGER pgtrigger_queue_revaluation_on_delete_49c59 AFTER DELETE ON market.latest_prices REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION pgtrigger_queue_revaluation_on_delete_49c59();
    CREATE TRIGGER pgtrigger_queue_revaluation_on_insert_0c2fa AFTER INSERT ON market.latest_prices REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION pgtrigger_queue_revaluation_on_insert_0c2fa();
    CREATE TRIGGER pgtrigger_queue_revaluation_on_update_fadd4 AFTER UPDATE ON market.latest_prices REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION pgtrigger_queue_revaluation_on_update_fadd4();
    COMMENT ON TABLE IS 'The newest close of each stock; valuation reads this one row instead of all partitions';
    COMMENT ON COLUMN close_price IS 'Trading currency';
    GRANT SELECT TO aegis_admin;
    GRANT SELECT TO aegis_analyst;
    GRANT SELECT TO aegis_readonly;
    GRANT SELECT TO aegis_trader;
TABLE market.session_overrides;
    session_override_id bigint NOT NULL IDENTITY;
    exchange character varying(4) NOT NULL;
    session_date date NOT NULL;
    is_open boolean NOT NULL;
    reason character varying(200) NOT NULL;
    CONSTRAINT chk_session_overrides_date CHECK (((session_date >= '1800-01-01'::date) AND (session_date < '2200-01-01'::date)));
    CONSTRAINT chk_session_overrides_exchange CHECK (((exchange)::text = ANY ('{XKRX,XNYS}'::text[])));
    CONSTRAINT chk_session_overrides_reason CHECK (((reason)::text ~ '\S'::text));
    CONSTRAINT session_overrides_pkey PRIMARY KEY (session_override_id);
    CONSTRAINT uniq_session_overrides_day UNIQUE (exchange, session_date);
    CREATE UNIQUE INDEX session_overrides_pkey ON market.session_overrides USING btree (session_override_id);
    CREATE UNIQUE INDEX uniq_session_overrides_day ON market.session_overrides USING btree (exchange, session_date);
    COMMENT ON TABLE IS 'Days that the calendar library has wrong: elections, extraordinary closures';
    COMMENT ON COLUMN session_date IS 'Date at the exchange';
    COMMENT ON COLUMN is_open IS 'True for a session, false for a closed day';
    COMMENT ON COLUMN reason IS 'Why the library is wrong, e.g. local elections';
    GRANT DELETE, INSERT, SELECT, UPDATE TO aegis_admin;
    GRANT SELECT TO aegis_analyst;
    GRANT SELECT TO aegis_readonly;
    GRANT SELECT TO aegis_trader;
TABLE market.stock_events;
    pgh_created_at timestamp with time zone NOT NULL;
    pgh_label text NOT NULL;
    pgh_id bigint NOT NULL IDENTITY;
    principal character varying(150) NOT NULL DEFAULT principal();
    login character varying(63) NOT NULL DEFAULT SESSION_USER;
    pgh_context jsonb;
    stock_id bigint NOT NULL;
    ticker character varying(20) NOT NULL;
    name character varying(100) NOT NULL;
    market_type character varying(10) NOT NULL;
    sector character varying(100);
    industry character varying(100);
    listing_date date;
    is_active boolean NOT NULL DEFAULT true;
    created_at timestamp with time zone NOT NULL DEFAULT now();
    pgh_obj_id bigint NOT NULL;
    CONSTRAINT stock_events_pkey PRIMARY KEY (pgh_id);
    CREATE INDEX idx_stock_events_row ON market.stock_events USING btree (pgh_obj_id, pgh_id DESC);
    CREATE UNIQUE INDEX stock_events_pkey ON market.stock_events USING btree (pgh_id);
    CREATE TRIGGER pgtrigger_append_only_cc20b BEFORE DELETE OR UPDATE ON market.stock_events FOR EACH ROW EXECUTE FUNCTION pgtrigger_append_only_cc20b();
    COMMENT ON TABLE IS 'Every change of stocks, append-only';
    COMMENT ON COLUMN principal IS 'The acting user';
    COMMENT ON COLUMN login IS 'The database login';
    COMMENT ON COLUMN ticker IS 'Exchange code; not all digits, e.g. 00088K';
    COMMENT ON COLUMN is_active IS 'False once delisted';
    GRANT SELECT TO aegis_admin;
    GRANT SELECT TO aegis_analyst;
    GRANT SELECT TO aegis_readonly;
    GRANT SELECT TO aegis_trader;
TABLE market.stocks;
    stock_id bigint NOT NULL IDENTITY;
    ticker character varying(20) NOT NULL;
    name character varying(100) NOT NULL;
    market_type character varying(10) NOT NULL;
    currency character varying(3) GENERATED 
CASE
    WHEN ((market_type)::text = ANY ((ARRAY['KOSPI'::character varying, 'KOSDAQ'::character varying])::text[])) THEN 'KRW'::text
    ELSE 'USD'::text
END;
    sector character varying(100);
    industry character varying(100);
    market_cap numeric(20,0);
    listing_date date;
    is_active boolean NOT NULL DEFAULT true;
    created_at timestamp with time zone NOT NULL DEFAULT now();
    updated_at timestamp with time zone NOT NULL DEFAULT now();
    CONSTRAINT chk_stocks_dates CHECK (((listing_date >= '1800-01-01'::date) AND (listing_date < '2200-01-01'::date) AND (created_at >= '1970-01-01 00:00:00+00'::timestamp with time zone) AND (created_at < '2200-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at >= '1970-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at < '2200-01-01 00:00:00+00'::timestamp with time zone)));
    CONSTRAINT chk_stocks_market_cap CHECK (((market_cap >= '0'::numeric) AND (market_cap < 'Infinity'::numeric)));
    CONSTRAINT chk_stocks_market_type CHECK (((market_type)::text = ANY ('{KOSPI,KOSDAQ,NYSE,NASDAQ}'::text[])));
    CONSTRAINT chk_stocks_named CHECK ((((ticker)::text ~ '\S'::text) AND ((name)::text ~ '\S'::text)));
    CONSTRAINT idx_stocks_ticker UNIQUE (ticker);
    CONSTRAINT stocks_pkey PRIMARY KEY (stock_id);
    CREATE INDEX idx_stocks_market_cap ON market.stocks USING btree (market_cap DESC NULLS LAST);
    CREATE INDEX idx_stocks_sector ON market.stocks USING btree (sector);
    CREATE UNIQUE INDEX idx_stocks_ticker ON market.stocks USING btree (ticker);
    CREATE UNIQUE INDEX stocks_pkey ON market.stocks USING btree (stock_id);
    CREATE TRIGGER pgtrigger_audit_delete_41175 AFTER DELETE ON market.stocks FOR EACH ROW EXECUTE FUNCTION pgtrigger_audit_delete_41175();
    CREATE TRIGGER pgtrigger_audit_insert_04be8 AFTER INSERT ON market.stocks FOR EACH ROW EXECUTE FUNCTION pgtrigger_audit_insert_04be8();
    CREATE TRIGGER pgtrigger_audit_update_38d4f AFTER UPDATE ON market.stocks FOR EACH ROW WHEN (((old.created_at IS DISTINCT FROM new.created_at) OR ((old.industry)::text IS DISTINCT FROM (new.industry)::text) OR (old.is_active IS DISTINCT FROM new.is_active) OR (old.listing_date IS DISTINCT FROM new.listing_date) OR ((old.market_type)::text IS DISTINCT FROM (new.market_type)::text) OR ((old.name)::text IS DISTINCT FROM (new.name)::text) OR ((old.sector)::text IS DISTINCT FROM (new.sector)::text) OR (old.stock_id IS DISTINCT FROM new.stock_id) OR ((old.ticker)::text IS DISTINCT FROM (new.ticker)::text))) EXECUTE FUNCTION pgtrigger_audit_update_38d4f();
    CREATE TRIGGER pgtrigger_guard_stock_currency_cf249 AFTER UPDATE ON market.stocks FOR EACH ROW WHEN (((old.currency)::text IS DISTINCT FROM (new.currency)::text)) EXECUTE FUNCTION pgtrigger_guard_stock_currency_cf249();
    CREATE TRIGGER pgtrigger_update_stocks_updated_at_fdd8c BEFORE UPDATE ON market.stocks FOR EACH ROW EXECUTE FUNCTION pgtrigger_update_stocks_updated_at_fdd8c();
    COMMENT ON TABLE IS 'Stock master: KOSPI, KOSDAQ, NYSE and NASDAQ';
    COMMENT ON COLUMN ticker IS 'Exchange code; not all digits, e.g. 00088K';
    COMMENT ON COLUMN currency IS 'Trading currency, from the market';
    COMMENT ON COLUMN market_cap IS 'KRW for KOSPI and KOSDAQ, USD for NYSE and NASDAQ; of the newest loaded day';
    COMMENT ON COLUMN is_active IS 'False once delisted';
    GRANT DELETE, INSERT, SELECT, UPDATE TO aegis_admin;
    GRANT SELECT TO aegis_analyst;
    GRANT SELECT TO aegis_readonly;
    GRANT SELECT TO aegis_trader;
CREATE OR REPLACE FUNCTION market.day_starts(market_type text, the_day date)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
    SELECT the_day::timestamp AT TIME ZONE market.time_zone(market_type)
$function$;
CREATE OR REPLACE FUNCTION market.krw_rate(of_currency text, on_day date DEFAULT NULL::date)
 RETURNS numeric
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF of_currency = 'KRW' THEN
        RETURN 1;
    END IF;
    RETURN (SELECT krw_per_unit FROM market.fx_rates
             WHERE currency = of_currency AND rate_date <= coalesce(on_day, (now() AT TIME ZONE 'Asia/Seoul')::date)
             ORDER BY rate_date DESC LIMIT 1);
END
$function$;
CREATE OR REPLACE FUNCTION market.pgtrigger_append_only_13a78()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RAISE EXCEPTION 'history_append_only: history is neither changed nor deleted'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'history_append_only';
END
$function$;
CREATE OR REPLACE FUNCTION market.pgtrigger_append_only_cc20b()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RAISE EXCEPTION 'history_append_only: history is neither changed nor deleted'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'history_append_only';
END
$function$;
CREATE OR REPLACE FUNCTION market.pgtrigger_audit_delete_41175()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO market.stock_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, stock_id, ticker, name, market_type, sector, industry, listing_date, is_active, created_at)
    VALUES (now(), 'delete', OLD.stock_id, system.history_context(), OLD.stock_id, OLD.ticker, OLD.name, OLD.market_type, OLD.sector, OLD.industry, OLD.listing_date, OLD.is_active, OLD.created_at);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION market.pgtrigger_audit_delete_57aff()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO market.action_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, action_id, stock_id, kind, effective_date, ratio, per, amount, subscription_price, cum_price, memo, created_by, created_at)
    VALUES (now(), 'delete', OLD.action_id, system.history_context(), OLD.action_id, OLD.stock_id, OLD.kind, OLD.effective_date, OLD.ratio, OLD.per, OLD.amount, OLD.subscription_price, OLD.cum_price, OLD.memo, OLD.created_by, OLD.created_at);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION market.pgtrigger_audit_insert_04be8()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO market.stock_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, stock_id, ticker, name, market_type, sector, industry, listing_date, is_active, created_at)
    VALUES (now(), 'insert', NEW.stock_id, system.history_context(), NEW.stock_id, NEW.ticker, NEW.name, NEW.market_type, NEW.sector, NEW.industry, NEW.listing_date, NEW.is_active, NEW.created_at);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION market.pgtrigger_audit_insert_fa3e5()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO market.action_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, action_id, stock_id, kind, effective_date, ratio, per, amount, subscription_price, cum_price, memo, created_by, created_at)
    VALUES (now(), 'insert', NEW.action_id, system.history_context(), NEW.action_id, NEW.stock_id, NEW.kind, NEW.effective_date, NEW.ratio, NEW.per, NEW.amount, NEW.subscription_price, NEW.cum_price, NEW.memo, NEW.created_by, NEW.created_at);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION market.pgtrigger_audit_update_38d4f()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO market.stock_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, stock_id, ticker, name, market_type, sector, industry, listing_date, is_active, created_at)
    VALUES (now(), 'update', NEW.stock_id, system.history_context(), NEW.stock_id, NEW.ticker, NEW.name, NEW.market_type, NEW.sector, NEW.industry, NEW.listing_date, NEW.is_active, NEW.created_at);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION market.pgtrigger_audit_update_519b0()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO market.action_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, action_id, stock_id, kind, effective_date, ratio, per, amount, subscription_price, cum_price, memo, created_by, created_at)
    VALUES (now(), 'update', NEW.action_id, system.history_context(), NEW.action_id, NEW.stock_id, NEW.kind, NEW.effective_date, NEW.ratio, NEW.per, NEW.amount, NEW.subscription_price, NEW.cum_price, NEW.memo, NEW.created_by, NEW.created_at);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION market.pgtrigger_latest_price_on_delete_f66ea()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    bereft bigint[];
BEGIN
    -- Somebody else may be deleting the newest price of one of these stocks, and be about to find one of ours the next.
    PERFORM FROM market.latest_prices
      WHERE stock_id IN (SELECT stock_id FROM departed) ORDER BY stock_id FOR NO KEY UPDATE;
    bereft := ARRAY(SELECT stock_id FROM departed JOIN market.latest_prices USING (stock_id, trade_date));
    PERFORM market.refresh_latest_prices(bereft) WHERE cardinality(bereft) > 0;
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION market.pgtrigger_latest_price_on_insert_13a8e()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO market.latest_prices AS latest (stock_id, trade_date, close_price)
    SELECT DISTINCT ON (stock_id) stock_id, trade_date, close_price
      FROM arrived JOIN market.stocks USING (stock_id)
     WHERE trade_date <= market.today(market_type)
     ORDER BY stock_id, trade_date DESC
        ON CONFLICT (stock_id) DO UPDATE
       SET trade_date = EXCLUDED.trade_date, close_price = EXCLUDED.close_price
     WHERE EXCLUDED.trade_date >= latest.trade_date
       AND (latest.trade_date, latest.close_price) IS DISTINCT FROM (EXCLUDED.trade_date, EXCLUDED.close_price);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION market.pgtrigger_latest_price_on_update_15a50()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    moved bigint[];
BEGIN
    -- From here on nobody moves these newest prices, not even back: whoever deletes one waits, and then sees our rows. So
    -- what is read below stays true, and of the rows of a whole month only the few that are not older matter.
    PERFORM FROM market.latest_prices
      WHERE stock_id IN (SELECT stock_id FROM departed UNION SELECT stock_id FROM arrived)
      ORDER BY stock_id FOR NO KEY UPDATE;
    -- Stocks whose newest price was moved to another day or another stock.
    moved := ARRAY(
        SELECT departed.stock_id
          FROM departed JOIN market.latest_prices USING (stock_id, trade_date)
         WHERE NOT EXISTS (SELECT FROM arrived
                            WHERE (arrived.stock_id, arrived.trade_date) = (departed.stock_id, departed.trade_date)));
    INSERT INTO market.latest_prices AS latest (stock_id, trade_date, close_price)
    SELECT DISTINCT ON (stock_id) stock_id, newest.trade_date, newest.close_price
      FROM (SELECT arrived.stock_id, arrived.trade_date, arrived.close_price
              FROM arrived LEFT JOIN market.latest_prices AS known USING (stock_id)
             WHERE known.trade_date IS NULL OR arrived.trade_date >= known.trade_date
            OFFSET 0) AS newest  -- The dates at the exchanges are computed for these rows only.
      JOIN market.stocks USING (stock_id)
     WHERE newest.trade_date <= market.today(market_type)
     ORDER BY stock_id, newest.trade_date DESC
        ON CONFLICT (stock_id) DO UPDATE
       SET trade_date = EXCLUDED.trade_date, close_price = EXCLUDED.close_price
     WHERE EXCLUDED.trade_date >= latest.trade_date
       AND (latest.trade_date, latest.close_price) IS DISTINCT FROM (EXCLUDED.trade_date, EXCLUDED.close_price);
    PERFORM market.refresh_latest_prices(moved) WHERE cardinality(moved) > 0;
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION market.pgtrigger_update_stocks_updated_at_fdd8c()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$function$;
CREATE OR REPLACE FUNCTION market.range_52_weeks(the_stock bigint, last_day date, adjusted boolean DEFAULT false, OUT highest numeric, OUT lowest numeric)
 RETURNS record
 LANGUAGE plpgsql
 STABLE
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
    IF adjusted THEN
        SELECT max(high_price), min(low_price) INTO highest, lowest
          FROM market.adjusted_prices WHERE stock_id = the_stock AND trade_date BETWEEN last_day - 363 AND last_day;
    ELSE
        -- A bare max() would make PostgreSQL plan every month twice more, in search of an index that ends it early.
        SELECT max(high_price) FILTER (WHERE high_price IS NOT NULL), min(low_price) FILTER (WHERE low_price IS NOT NULL)
          INTO highest, lowest
          FROM market.daily_prices WHERE stock_id = the_stock AND trade_date BETWEEN last_day - 363 AND last_day;
    END IF;
END
$function$;
CREATE OR REPLACE FUNCTION market.refresh_latest_prices(stock_ids bigint[])
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    -- Whoever changes one of these rows at the same moment is waited for, so that the look below sees what it left.
    SELECT FROM market.latest_prices WHERE stock_id = ANY (stock_ids) ORDER BY stock_id FOR UPDATE;
    WITH newest AS MATERIALIZED (
        SELECT stock_id, found.trade_date, found.close_price
          FROM market.stocks
          LEFT JOIN LATERAL (
                SELECT trade_date, close_price
                  FROM market.daily_prices
                 WHERE daily_prices.stock_id = stocks.stock_id AND trade_date <= market.today(market_type)
                 ORDER BY trade_date DESC LIMIT 1) AS found ON true
         WHERE stock_id = ANY (stock_ids)
    ), without_any AS (
        DELETE FROM market.latest_prices AS latest
         USING newest
         WHERE latest.stock_id = newest.stock_id AND newest.trade_date IS NULL
    )
    INSERT INTO market.latest_prices AS latest (stock_id, trade_date, close_price)
    SELECT stock_id, trade_date, close_price
      FROM newest
     WHERE trade_date IS NOT NULL
     ORDER BY stock_id
        ON CONFLICT (stock_id) DO UPDATE
       SET trade_date = EXCLUDED.trade_date, close_price = EXCLUDED.close_price
     WHERE (latest.trade_date, latest.close_price) IS DISTINCT FROM (EXCLUDED.trade_date, EXCLUDED.close_price);
$function$;
CREATE OR REPLACE FUNCTION market.tick(market_type text, price numeric)
 RETURNS numeric
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
    SELECT CASE WHEN market_type NOT IN ('KOSPI', 'KOSDAQ') THEN CASE WHEN price < 1 THEN 0.0001 ELSE 0.01 END
                WHEN price < 2000 THEN 1
                WHEN price < 5000 THEN 5
                WHEN price < 20000 THEN 10
                WHEN price < 50000 THEN 50
                WHEN price < 200000 THEN 100
                WHEN price < 500000 THEN 500
                ELSE 1000 END
$function$;
CREATE OR REPLACE FUNCTION market.time_zone(market_type text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
    SELECT CASE WHEN market_type IN ('KOSPI', 'KOSDAQ') THEN 'Asia/Seoul' ELSE 'America/New_York' END
$function$;
CREATE OR REPLACE FUNCTION market.today(market_type text)
 RETURNS date
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
    SELECT (now() AT TIME ZONE market.time_zone(market_type))::date
$function$;
TABLE system.alerts;
    alert_id bigint NOT NULL IDENTITY;
    alert_type character varying(30) NOT NULL;
    severity character varying(10) NOT NULL;
    module character varying(50);
    message text NOT NULL;
    data jsonb;
    is_acknowledged boolean NOT NULL DEFAULT false;
    acknowledged_by character varying(150);
    acknowledged_at timestamp with time zone;
    created_at timestamp with time zone NOT NULL DEFAULT now();
    CONSTRAINT alerts_pkey PRIMARY KEY (alert_id);
    CONSTRAINT chk_alerts_acknowledged CHECK (((NOT (acknowledged_at IS NOT NULL)) OR is_acknowledged));
    CONSTRAINT chk_alerts_severity CHECK (((severity)::text = ANY ('{CRITICAL,HIGH,MEDIUM,LOW}'::text[])));
    CONSTRAINT chk_alerts_times CHECK (((created_at >= '1970-01-01 00:00:00+00'::timestamp with time zone) AND (created_at < '2200-01-01 00:00:00+00'::timestamp with time zone) AND (acknowledged_at >= '1970-01-01 00:00:00+00'::timestamp with time zone) AND (acknowledged_at < '2200-01-01 00:00:00+00'::timestamp with time zone)));
    CONSTRAINT chk_alerts_type CHECK (((alert_type)::text = ANY ('{ERROR,WARNING,INFO,TRADE_SIGNAL}'::text[])));
    CREATE UNIQUE INDEX alerts_pkey ON system.alerts USING btree (alert_id);
    CREATE INDEX idx_alerts_waiting ON system.alerts USING btree (created_at) WHERE (NOT is_acknowledged);
    COMMENT ON TABLE IS 'What an operator should look at, until acknowledged';
    COMMENT ON COLUMN module IS 'The part of AEGIS that raised it, e.g. trade';
    COMMENT ON COLUMN data IS 'Facts behind the message, for programs';
    GRANT DELETE, INSERT, SELECT, UPDATE TO aegis_admin;
    GRANT SELECT TO aegis_analyst;
TABLE system.job_runs;
    job_run_id bigint NOT NULL IDENTITY;
    job character varying(50) NOT NULL;
    state character varying(10) NOT NULL DEFAULT 'RUNNING'::character varying;
    arguments jsonb;
    result jsonb;
    error text;
    started_at timestamp with time zone NOT NULL DEFAULT now();
    finished_at timestamp with time zone;
    CONSTRAINT chk_job_runs_finished CHECK ((((finished_at IS NULL) AND ((state)::text = 'RUNNING'::text)) OR ((NOT ((state)::text = 'RUNNING'::text)) AND (finished_at IS NOT NULL))));
    CONSTRAINT chk_job_runs_state CHECK (((state)::text = ANY ('{RUNNING,SUCCEEDED,FAILED}'::text[])));
    CONSTRAINT chk_job_runs_times CHECK (((started_at >= '1970-01-01 00:00:00+00'::timestamp with time zone) AND (started_at < '2200-01-01 00:00:00+00'::timestamp with time zone) AND (finished_at >= '1970-01-01 00:00:00+00'::timestamp with time zone) AND (finished_at < '2200-01-01 00:00:00+00'::timestamp with time zone)));
    CONSTRAINT job_runs_pkey PRIMARY KEY (job_run_id);
    CREATE INDEX idx_job_runs_job_time ON system.job_runs USING btree (job, started_at DESC);
    CREATE UNIQUE INDEX job_runs_pkey ON system.job_runs USING btree (job_run_id);
    COMMENT ON TABLE IS 'Runs of operations commands';
    COMMENT ON COLUMN job IS 'The management command, e.g. load_prices';
    COMMENT ON COLUMN result IS 'What --json prints';
    GRANT DELETE, INSERT, SELECT, UPDATE TO aegis_admin;
    GRANT SELECT TO aegis_analyst;
TABLE system.load_rejects;
    load_reject_id bigint NOT NULL IDENTITY;
    loader character varying(50) NOT NULL;
    file_name character varying(255) NOT NULL;
    file_digest character varying(64) NOT NULL;
    line bigint NOT NULL;
    reason character varying(50) NOT NULL;
    detail text NOT NULL;
    raw jsonb NOT NULL;
    created_at timestamp with time zone NOT NULL DEFAULT now();
    resolved_at timestamp with time zone;
    context jsonb;
    repaired_at timestamp with time zone;
    retried_at timestamp with time zone;
    CONSTRAINT chk_load_rejects_line CHECK ((((line)::numeric >= '0'::numeric) AND ((line)::numeric < 'Infinity'::numeric)));
    CONSTRAINT chk_load_rejects_times CHECK (((created_at >= '1970-01-01 00:00:00+00'::timestamp with time zone) AND (created_at < '2200-01-01 00:00:00+00'::timestamp with time zone) AND (repaired_at >= '1970-01-01 00:00:00+00'::timestamp with time zone) AND (repaired_at < '2200-01-01 00:00:00+00'::timestamp with time zone) AND (retried_at >= '1970-01-01 00:00:00+00'::timestamp with time zone) AND (retried_at < '2200-01-01 00:00:00+00'::timestamp with time zone) AND (resolved_at >= '1970-01-01 00:00:00+00'::timestamp with time zone) AND (resolved_at < '2200-01-01 00:00:00+00'::timestamp with time zone)));
    CONSTRAINT load_rejects_pkey PRIMARY KEY (load_reject_id);
    CONSTRAINT uniq_load_rejects_row UNIQUE (file_digest, line, loader);
    CREATE INDEX idx_load_rejects_waiting ON system.load_rejects USING btree (loader, file_digest, line) WHERE (resolved_at IS NULL);
    CREATE UNIQUE INDEX load_rejects_pkey ON system.load_rejects USING btree (load_reject_id);
    CREATE UNIQUE INDEX uniq_load_rejects_row ON system.load_rejects USING btree (file_digest, line, loader);
    CREATE TRIGGER pgtrigger_note_repair_ec6c7 BEFORE UPDATE OF raw ON system.load_rejects FOR EACH ROW WHEN ((old.raw IS DISTINCT FROM new.raw)) EXECUTE FUNCTION pgtrigger_note_repair_ec6c7();
    COMMENT ON TABLE IS 'Rows that loaders refused, kept until they are repaired';
    COMMENT ON COLUMN loader IS 'The command, e.g. load_prices';
    COMMENT ON COLUMN file_digest IS 'SHA-256 of the file, in hex';
    COMMENT ON COLUMN line IS '1 is the first line of the file, the header';
    COMMENT ON COLUMN reason IS 'A short code, e.g. close_not_positive';
    COMMENT ON COLUMN raw IS 'The row by column, as the file has it or as an operator repaired it';
    COMMENT ON COLUMN resolved_at IS 'When the row was loaded after all, or set aside';
    COMMENT ON COLUMN context IS 'What else it takes to read the row: day, ticker, market; the columns, where it does not fit them';
    COMMENT ON COLUMN repaired_at IS 'When raw was changed; kept by trigger';
    GRANT DELETE, INSERT, SELECT, UPDATE TO aegis_admin;
    GRANT SELECT TO aegis_analyst;
TABLE system.login_policy;
    policy_id smallint NOT NULL DEFAULT 1;
    second_factor_required boolean NOT NULL DEFAULT false;
    CONSTRAINT chk_login_policy_one CHECK ((policy_id = 1));
    CONSTRAINT login_policy_pkey PRIMARY KEY (policy_id);
    CREATE UNIQUE INDEX login_policy_pkey ON system.login_policy USING btree (policy_id);
    CREATE TRIGGER pgtrigger_audit_delete_c469d AFTER DELETE ON system.login_policy FOR EACH ROW EXECUTE FUNCTION pgtrigger_audit_delete_c469d();
    CREATE TRIGGER pgtrigger_audit_insert_1158b AFTER INSERT ON system.login_policy FOR EACH ROW EXECUTE FUNCTION pgtrigger_audit_insert_1158b();
    CREATE TRIGGER pgtrigger_audit_update_0fe48 AFTER UPDATE ON system.login_policy FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION pgtrigger_audit_update_0fe48();
    COMMENT ON TABLE IS 'What is asked of logins: one row';
    COMMENT ON COLUMN second_factor_required IS 'Whether traders and administrators are let in only with a second factor';
    GRANT INSERT, SELECT, UPDATE TO aegis_admin;
    GRANT SELECT TO aegis_app;
TABLE system.login_policy_events;
    pgh_created_at timestamp with time zone NOT NULL;
    pgh_label text NOT NULL;
    pgh_id bigint NOT NULL IDENTITY;
    principal character varying(150) NOT NULL DEFAULT principal();
    login character varying(63) NOT NULL DEFAULT SESSION_USER;
    pgh_context jsonb;
    policy_id smallint NOT NULL DEFAULT 1;
    second_factor_required boolean NOT NULL DEFAULT false;
    pgh_obj_id smallint NOT NULL;
    CONSTRAINT login_policy_events_pkey PRIMARY KEY (pgh_id);
    CREATE INDEX idx_login_policy_events_row ON system.login_policy_events USING btree (pgh_obj_id, pgh_id DESC);
    CREATE UNIQUE INDEX login_policy_events_pkey ON system.login_policy_events USING btree (pgh_id);
    CREATE TRIGGER pgtrigger_append_only_85179 BEFORE DELETE OR UPDATE ON system.login_policy_events FOR EACH ROW EXECUTE FUNCTION pgtrigger_append_only_85179();
    COMMENT ON TABLE IS 'Every change of login_policy, append-only';
    COMMENT ON COLUMN principal IS 'The acting user';
    COMMENT ON COLUMN login IS 'The database login';
    COMMENT ON COLUMN second_factor_required IS 'Whether traders and administrators are let in only with a second factor';
    GRANT SELECT TO aegis_admin;
TABLE system.logs PARTITION BY RANGE (created_at);
    log_id bigint NOT NULL IDENTITY;
    log_level character varying(10) NOT NULL;
    logger character varying(100);
    message text NOT NULL;
    stack_trace text;
    request_id character varying(50);
    user_id character varying(150);
    created_at timestamp with time zone NOT NULL DEFAULT now();
    CONSTRAINT chk_logs_level CHECK (((log_level)::text = ANY ('{DEBUG,INFO,WARN,ERROR,FATAL}'::text[])));
    CONSTRAINT pk_logs PRIMARY KEY (log_id, created_at);
    CREATE INDEX idx_logs_time ON ONLY system.logs USING btree (created_at);
    CREATE UNIQUE INDEX pk_logs ON ONLY system.logs USING btree (log_id, created_at);
    COMMENT ON TABLE IS 'Log lines of all programs, one partition for each day of Asia/Seoul';
    COMMENT ON COLUMN created_at IS 'Partition key';
    GRANT DELETE, INSERT, SELECT, UPDATE TO aegis_admin;
    GRANT SELECT TO aegis_analyst;
CREATE OR REPLACE FUNCTION system.history_context()
 RETURNS jsonb
 LANGUAGE sql
 STABLE
RETURN CASE WHEN (SESSION_USER = ANY (ARRAY['aegis_app'::name, CURRENT_USER])) THEN (NULLIF(current_setting('pghistory.context_metadata'::text, true), ''::text))::jsonb WHEN (jsonb_typeof((NULLIF(current_setting('pghistory.context_metadata'::text, true), ''::text))::jsonb) = 'object'::text) THEN ((NULLIF(current_setting('pghistory.context_metadata'::text, true), ''::text))::jsonb - 'user'::text) ELSE NULL::jsonb END;
CREATE OR REPLACE FUNCTION system.pgtrigger_append_only_85179()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RAISE EXCEPTION 'history_append_only: history is neither changed nor deleted'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'history_append_only';
END
$function$;
CREATE OR REPLACE FUNCTION system.pgtrigger_audit_delete_c469d()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO system.login_policy_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, policy_id, second_factor_required)
    VALUES (now(), 'delete', OLD.policy_id, system.history_context(), OLD.policy_id, OLD.second_factor_required);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION system.pgtrigger_audit_insert_1158b()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO system.login_policy_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, policy_id, second_factor_required)
    VALUES (now(), 'insert', NEW.policy_id, system.history_context(), NEW.policy_id, NEW.second_factor_required);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION system.pgtrigger_audit_update_0fe48()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO system.login_policy_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, policy_id, second_factor_required)
    VALUES (now(), 'update', NEW.policy_id, system.history_context(), NEW.policy_id, NEW.second_factor_required);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION system.pgtrigger_note_repair_ec6c7()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    NEW.repaired_at := now();
    NEW.resolved_at := NULL;
    RETURN NEW;
END
$function$;
CREATE OR REPLACE FUNCTION system.principal()
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN CASE WHEN (SESSION_USER = 'aegis_app'::name) THEN (COALESCE(NULLIF(current_setting('aegis.user'::text, true), ''::text), (SESSION_USER)::text))::name ELSE SESSION_USER END;
TABLE trade.action_entries;
    action_entry_id bigint NOT NULL IDENTITY ALWAYS;
    ratio numeric(18,9) NOT NULL DEFAULT 1;
    per numeric(9,0) NOT NULL DEFAULT 1;
    quantity_before bigint;
    quantity_after bigint;
    average_before numeric(24,6);
    average_after numeric(24,6);
    fraction numeric(18,9);
    fraction_price numeric(24,6);
    cash_amount numeric(38,2) NOT NULL DEFAULT 0;
    orders jsonb;
    booked bigint;
    place bigint;
    reversed_at timestamp with time zone;
    created_by character varying(150) NOT NULL DEFAULT principal();
    created_at timestamp with time zone NOT NULL DEFAULT now();
    action_id bigint NOT NULL;
    holding_id bigint NOT NULL;
    reverses_id bigint;
    CONSTRAINT action_entries_pkey PRIMARY KEY (action_entry_id);
    CONSTRAINT chk_action_entries_numbers CHECK (((ratio > '0'::numeric) AND (ratio < 'Infinity'::numeric) AND (per > '0'::numeric) AND (per < 'Infinity'::numeric) AND (cash_amount < 'Infinity'::numeric)));
    CONSTRAINT chk_action_entries_quantity CHECK (((place <= booked) AND (quantity_after >= 0) AND (quantity_before >= 0)));
    CONSTRAINT fk_action_entries_action FOREIGN KEY (action_id) REFERENCES corporate_actions(action_id) ON DELETE RESTRICT;
    CONSTRAINT fk_action_entries_holding FOREIGN KEY (holding_id) REFERENCES holdings(holding_id) ON DELETE RESTRICT;
    CONSTRAINT fk_action_entries_reverses FOREIGN KEY (reverses_id) REFERENCES action_entries(action_entry_id) ON DELETE RESTRICT;
    CONSTRAINT uniq_action_entries_reverses UNIQUE (reverses_id);
    CREATE UNIQUE INDEX action_entries_pkey ON trade.action_entries USING btree (action_entry_id);
    CREATE INDEX idx_action_entries_holding ON trade.action_entries USING btree (holding_id, place);
    CREATE UNIQUE INDEX uniq_action_entries_reverses ON trade.action_entries USING btree (reverses_id);
    CREATE UNIQUE INDEX uniq_action_entries_standing ON trade.action_entries USING btree (action_id, holding_id) WHERE ((reversed_at IS NULL) AND (reverses_id IS NULL));
    CREATE TRIGGER pgtrigger_guard_action_entry_0615e BEFORE DELETE OR UPDATE ON trade.action_entries FOR EACH ROW WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION pgtrigger_guard_action_entry_0615e();
    CREATE TRIGGER pgtrigger_prepare_action_entry_fe31f BEFORE INSERT ON trade.action_entries FOR EACH ROW EXECUTE FUNCTION pgtrigger_prepare_action_entry_fe31f();
    CREATE TRIGGER pgtrigger_settle_action_entries_b9de2 AFTER INSERT ON trade.action_entries REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION pgtrigger_settle_action_entries_b9de2();
    COMMENT ON TABLE IS 'Corporate actions booked on holdings, append-only';
    COMMENT ON COLUMN ratio IS 'Shares after, for `per` shares before; 1 for a dividend';
    COMMENT ON COLUMN quantity_before IS 'Shares held when the effective date began';
    COMMENT ON COLUMN quantity_after IS 'Whole shares';
    COMMENT ON COLUMN average_before IS 'Trading currency';
    COMMENT ON COLUMN average_after IS 'Trading currency';
    COMMENT ON COLUMN fraction IS 'Shares below one that cash was paid for';
    COMMENT ON COLUMN fraction_price IS 'Latest close in shares after the action, trading currency';
    COMMENT ON COLUMN cash_amount IS 'Dividend or cash for the fraction, trading currency; negative in a reversal';
    COMMENT ON COLUMN orders IS 'Each open order that was changed: order_id, and what it was before and after';
    COMMENT ON COLUMN booked IS 'Drawn with the numbers of cash entries while the holding is locked: fills and actions in one order';
    COMMENT ON COLUMN place IS 'Where the replay counts it: as `booked`, or before the first fill of the effective date if that was booked earlier';
    COMMENT ON COLUMN reversed_at IS 'Set on the original by its reversal';
    COMMENT ON COLUMN reverses_id IS 'The entry that this one takes back';
    ROW LEVEL SECURITY FORCED;
    POLICY owner_all FOR ALL TO OWNER USING (true) WITH CHECK (true);
    POLICY trader_select FOR SELECT TO aegis_trader USING ((holding_id = ANY (ARRAY( SELECT holdings.holding_id
   FROM holdings
  WHERE (holdings.portfolio_id = ANY (ARRAY( SELECT portfolio.portfolio_id
           FROM portfolio
          WHERE ((portfolio.created_by)::text = ( SELECT principal() AS principal)))))))));
    POLICY unlimited_all FOR ALL TO aegis_admin, aegis_analyst USING (true) WITH CHECK (true);
    GRANT DELETE, INSERT, SELECT, UPDATE TO aegis_admin;
    GRANT SELECT TO aegis_analyst;
    GRANT SELECT TO aegis_trader;
TABLE trade.execution_events;
    pgh_created_at timestamp with time zone NOT NULL;
    pgh_label text NOT NULL;
    pgh_id bigint NOT NULL IDENTITY;
    principal character varying(150) NOT NULL DEFAULT principal();
    login character varying(63) NOT NULL DEFAULT SESSION_USER;
    pgh_context jsonb;
    execution_id bigint NOT NULL;
    executed_quantity bigint NOT NULL;
    executed_price numeric(14,4) NOT NULL;
    executed_time timestamp with time zone NOT NULL DEFAULT now();
    commission numeric(20,2) NOT NULL DEFAULT 0;
    tax numeric(20,2) NOT NULL DEFAULT 0;
    net_amount numeric(38,2);
    fx_rate numeric(18,6);
    exchange_ref character varying(100) NOT NULL;
    reversed_at timestamp with time zone;
    order_id bigint NOT NULL;
    pgh_obj_id bigint NOT NULL;
    reverses_id bigint;
    CONSTRAINT execution_events_pkey PRIMARY KEY (pgh_id);
    CREATE UNIQUE INDEX execution_events_pkey ON trade.execution_events USING btree (pgh_id);
    CREATE INDEX idx_execution_events_row ON trade.execution_events USING btree (pgh_obj_id, pgh_id DESC);
    CREATE TRIGGER pgtrigger_append_only_faa7e BEFORE DELETE OR UPDATE ON trade.execution_events FOR EACH ROW EXECUTE FUNCTION pgtrigger_append_only_faa7e();
    COMMENT ON TABLE IS 'Every change of executions, append-only';
    COMMENT ON COLUMN principal IS 'The acting user';
    COMMENT ON COLUMN login IS 'The database login';
    COMMENT ON COLUMN executed_quantity IS 'Shares';
    COMMENT ON COLUMN executed_price IS 'Trading currency, for one share';
    COMMENT ON COLUMN commission IS 'Trading currency';
    COMMENT ON COLUMN tax IS 'Trading currency';
    COMMENT ON COLUMN net_amount IS 'Trading currency, signed: what the cash account changes by';
    COMMENT ON COLUMN fx_rate IS 'KRW for one unit of the trading currency, if the broker reports it';
    COMMENT ON COLUMN exchange_ref IS 'The fill''s identity: a replay brings the same one';
    COMMENT ON COLUMN reversed_at IS 'Set on the original by its reversal';
    COMMENT ON COLUMN reverses_id IS 'The execution that this one takes back';
    ROW LEVEL SECURITY FORCED;
    POLICY owner_all FOR ALL TO OWNER USING (true) WITH CHECK (true);
    POLICY trader_select FOR SELECT TO aegis_trader USING ((pgh_obj_id = ANY (ARRAY( SELECT executions.execution_id
   FROM executions
  WHERE (executions.order_id = ANY (ARRAY( SELECT orders.order_id
           FROM orders
          WHERE ((orders.owned_by)::text = ( SELECT principal() AS principal)))))))));
    POLICY unlimited_all FOR ALL TO aegis_admin, aegis_analyst USING (true) WITH CHECK (true);
    GRANT SELECT TO aegis_admin;
    GRANT SELECT TO aegis_analyst;
    GRANT SELECT TO aegis_trader;
TABLE trade.executions;
    execution_id bigint NOT NULL IDENTITY ALWAYS;
    order_id bigint NOT NULL;
    executed_quantity bigint NOT NULL;
    executed_price numeric(14,4) NOT NULL;
    executed_time timestamp with time zone NOT NULL DEFAULT now();
    commission numeric(20,2) NOT NULL DEFAULT 0;
    tax numeric(20,2) NOT NULL DEFAULT 0;
    net_amount numeric(38,2);
    fx_rate numeric(18,6);
    exchange_ref character varying(100) NOT NULL;
    reversed_at timestamp with time zone;
    reverses_id bigint;
    CONSTRAINT chk_executions_charges CHECK (((commission >= '0'::numeric) AND (commission < 'Infinity'::numeric) AND (tax >= '0'::numeric) AND (tax < 'Infinity'::numeric)));
    CONSTRAINT chk_executions_fx CHECK (((fx_rate > '0'::numeric) AND (fx_rate < 'Infinity'::numeric)));
    CONSTRAINT chk_executions_positive CHECK (((executed_quantity > 0) AND (executed_quantity <= '1000000000000'::bigint) AND (executed_price > '0'::numeric) AND (executed_price < 'Infinity'::numeric)));
    CONSTRAINT chk_executions_ref CHECK (((exchange_ref)::text ~ '\S'::text));
    CONSTRAINT executions_pkey PRIMARY KEY (execution_id);
    CONSTRAINT fk_executions_order FOREIGN KEY (order_id) REFERENCES orders(order_id) ON DELETE RESTRICT;
    CONSTRAINT fk_executions_reverses FOREIGN KEY (reverses_id) REFERENCES executions(execution_id) ON DELETE RESTRICT;
    CONSTRAINT idx_executions_order UNIQUE (order_id, exchange_ref);
    CONSTRAINT uniq_executions_reverses UNIQUE (reverses_id);
    CREATE UNIQUE INDEX executions_pkey ON trade.executions USING btree (execution_id);
    CREATE UNIQUE INDEX idx_executions_order ON trade.executions USING btree (order_id, exchange_ref);
    CREATE INDEX idx_executions_time ON trade.executions USING btree (executed_time DESC);
    CREATE UNIQUE INDEX uniq_executions_reverses ON trade.executions USING btree (reverses_id);
    CREATE TRIGGER pgtrigger_audit_delete_00fe0 AFTER DELETE ON trade.executions FOR EACH ROW EXECUTE FUNCTION pgtrigger_audit_delete_00fe0();
    CREATE TRIGGER pgtrigger_audit_insert_24723 AFTER INSERT ON trade.executions FOR EACH ROW EXECUTE FUNCTION pgtrigger_audit_insert_24723();
    CREATE TRIGGER pgtrigger_audit_update_e8c18 AFTER UPDATE ON trade.executions FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION pgtrigger_audit_update_e8c18();
    CREATE TRIGGER pgtrigger_guard_execution_634eb BEFORE UPDATE ON trade.executions FOR EACH ROW WHEN (((pg_trigger_depth() = 0) AND ((to_jsonb(old.*) - 'exchange_ref'::text) <> (to_jsonb(new.*) - 'exchange_ref'::text)))) EXECUTE FUNCTION pgtrigger_guard_execution_634eb();
    CREATE TRIGGER pgtrigger_price_execution_a5a74 BEFORE INSERT ON trade.executions FOR EACH ROW EXECUTE FUNCTION pgtrigger_price_execution_a5a74();
    CREATE TRIGGER pgtrigger_settle_executions_37a00 AFTER INSERT ON trade.executions REFERENCING NEW TABLE AS booked FOR EACH STATEMENT EXECUTE FUNCTION pgtrigger_settle_executions_37a00();
    CREATE TRIGGER pgtrigger_trim_reference_77c53 BEFORE UPDATE OF exchange_ref ON trade.executions FOR EACH ROW EXECUTE FUNCTION pgtrigger_trim_reference_77c53();
    CREATE TRIGGER pgtrigger_unbook_executions_2b8f5 AFTER DELETE ON trade.executions REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION pgtrigger_unbook_executions_2b8f5();
    COMMENT ON TABLE IS 'Fills, append-only';
    COMMENT ON COLUMN executed_quantity IS 'Shares';
    COMMENT ON COLUMN executed_price IS 'Trading currency, for one share';
    COMMENT ON COLUMN commission IS 'Trading currency';
    COMMENT ON COLUMN tax IS 'Trading currency';
    COMMENT ON COLUMN net_amount IS 'Trading currency, signed: what the cash account changes by';
    COMMENT ON COLUMN fx_rate IS 'KRW for one unit of the trading currency, if the broker reports it';
    COMMENT ON COLUMN exchange_ref IS 'The fill''s identity: a replay brings the same one';
    COMMENT ON COLUMN reversed_at IS 'Set on the original by its reversal';
    COMMENT ON COLUMN reverses_id IS 'The execution that this one takes back';
    ROW LEVEL SECURITY FORCED;
    POLICY owner_all FOR ALL TO OWNER USING (true) WITH CHECK (true);
    POLICY trader_insert FOR INSERT TO aegis_trader WITH CHECK ((EXISTS ( SELECT
   FROM orders
  WHERE ((orders.order_id = executions.order_id) AND ((orders.owned_by)::text = ( SELECT principal() AS principal))))));
    POLICY trader_select FOR SELECT TO aegis_trader USING ((order_id = ANY (ARRAY( SELECT orders.order_id
   FROM orders
  WHERE ((orders.owned_by)::text = ( SELECT principal() AS principal))))));
    POLICY unlimited_all FOR ALL TO aegis_admin, aegis_analyst USING (true) WITH CHECK (true);
    GRANT DELETE, INSERT, SELECT, UPDATE TO aegis_admin;
    GRANT SELECT TO aegis_analyst;
    GRANT INSERT (commission, exchange_ref, executed_price, executed_quantity, executed_time, fx_rate, net_amount, order_id, reversed_at, reverses_id, tax), SELECT TO aegis_trader;
TABLE trade.order_events;
    pgh_created_at timestamp with time zone NOT NULL;
    pgh_label text NOT NULL;
    pgh_id bigint NOT NULL IDENTITY;
    principal character varying(150) NOT NULL DEFAULT principal();
    login character varying(63) NOT NULL DEFAULT SESSION_USER;
    pgh_context jsonb;
    order_id bigint NOT NULL;
    order_type character varying(10) NOT NULL;
    side character varying(4) NOT NULL;
    quantity bigint NOT NULL;
    limit_price numeric(14,4);
    stop_price numeric(14,4);
    status character varying(20) NOT NULL DEFAULT 'PENDING'::character varying;
    filled_quantity bigint NOT NULL DEFAULT 0;
    status_reason character varying(200);
    order_time timestamp with time zone NOT NULL DEFAULT now();
    expires_at timestamp with time zone;
    created_by character varying(150) NOT NULL DEFAULT principal();
    holding_id bigint;
    pgh_obj_id bigint NOT NULL;
    pick_id bigint;
    CONSTRAINT order_events_pkey PRIMARY KEY (pgh_id);
    CREATE INDEX idx_order_events_row ON trade.order_events USING btree (pgh_obj_id, pgh_id DESC);
    CREATE UNIQUE INDEX order_events_pkey ON trade.order_events USING btree (pgh_id);
    CREATE TRIGGER pgtrigger_append_only_871d1 BEFORE DELETE OR UPDATE ON trade.order_events FOR EACH ROW EXECUTE FUNCTION pgtrigger_append_only_871d1();
    COMMENT ON TABLE IS 'Every change of orders, append-only';
    COMMENT ON COLUMN principal IS 'The acting user';
    COMMENT ON COLUMN login IS 'The database login';
    COMMENT ON COLUMN quantity IS 'Shares';
    COMMENT ON COLUMN limit_price IS 'Trading currency';
    COMMENT ON COLUMN stop_price IS 'Trading currency';
    COMMENT ON COLUMN filled_quantity IS 'Shares; sum of the executions';
    COMMENT ON COLUMN status_reason IS 'Why it was cancelled or rejected: expired, operator, or the broker''s words';
    ROW LEVEL SECURITY FORCED;
    POLICY owner_all FOR ALL TO OWNER USING (true) WITH CHECK (true);
    POLICY trader_select FOR SELECT TO aegis_trader USING ((pgh_obj_id = ANY (ARRAY( SELECT orders.order_id
   FROM orders
  WHERE ((orders.owned_by)::text = ( SELECT principal() AS principal))))));
    POLICY unlimited_all FOR ALL TO aegis_admin, aegis_analyst USING (true) WITH CHECK (true);
    GRANT SELECT TO aegis_admin;
    GRANT SELECT TO aegis_analyst;
    GRANT SELECT TO aegis_trader;
TABLE trade.orders;
    order_id bigint NOT NULL IDENTITY ALWAYS;
    holding_id bigint;
    pick_id bigint;
    order_type character varying(10) NOT NULL;
    side character varying(4) NOT NULL;
    quantity bigint NOT NULL;
    limit_price numeric(14,4);
    stop_price numeric(14,4);
    status character varying(20) NOT NULL DEFAULT 'PENDING'::character varying;
    filled_quantity bigint NOT NULL DEFAULT 0;
    status_reason character varying(200);
    order_time timestamp with time zone NOT NULL DEFAULT now();
    expires_at timestamp with time zone;
    created_by character varying(150) NOT NULL DEFAULT principal();
    owned_by character varying(150) NOT NULL DEFAULT principal();
    CONSTRAINT chk_order_quantity CHECK (((quantity > 0) AND (quantity <= '1000000000000'::bigint)));
    CONSTRAINT chk_orders_expiry CHECK (((expires_at > order_time) AND (order_time >= '1970-01-01 00:00:00+00'::timestamp with time zone) AND (order_time < '2200-01-01 00:00:00+00'::timestamp with time zone) AND (expires_at < '2200-01-01 00:00:00+00'::timestamp with time zone)));
    CONSTRAINT chk_orders_filled CHECK (((filled_quantity >= 0) AND (filled_quantity <= quantity)));
    CONSTRAINT chk_orders_instrument CHECK (((holding_id IS NOT NULL) OR (pick_id IS NOT NULL)));
    CONSTRAINT chk_orders_price_for_type CHECK (((((order_type)::text = 'LIMIT'::text) = (limit_price IS NOT NULL)) AND (((order_type)::text = 'STOP'::text) = (stop_price IS NOT NULL))));
    CONSTRAINT chk_orders_price_positive CHECK (((limit_price > '0'::numeric) AND (limit_price < 'Infinity'::numeric) AND (stop_price > '0'::numeric) AND (stop_price < 'Infinity'::numeric)));
    CONSTRAINT chk_orders_side CHECK (((side)::text = ANY ('{BUY,SELL}'::text[])));
    CONSTRAINT chk_orders_status CHECK (((status)::text = ANY ('{PENDING,PARTIAL_FILLED,FILLED,CANCELLED,REJECTED}'::text[])));
    CONSTRAINT chk_orders_status_filled CHECK ((((status)::text = 'CANCELLED'::text) OR ((((status)::text = 'FILLED'::text) = (filled_quantity = quantity)) AND (((status)::text = 'PARTIAL_FILLED'::text) = ((filled_quantity > 0) AND (filled_quantity < quantity))))));
    CONSTRAINT chk_orders_type CHECK (((order_type)::text = ANY ('{MARKET,LIMIT,STOP}'::text[])));
    CONSTRAINT fk_orders_holding FOREIGN KEY (holding_id) REFERENCES holdings(holding_id) ON DELETE RESTRICT;
    CONSTRAINT fk_orders_pick FOREIGN KEY (pick_id) REFERENCES daily_picks(pick_id) ON DELETE RESTRICT;
    CONSTRAINT orders_pkey PRIMARY KEY (order_id);
    CREATE INDEX idx_orders_holding ON trade.orders USING btree (holding_id);
    CREATE INDEX idx_orders_open_holding ON trade.orders USING btree (holding_id) WHERE ((status)::text = ANY ((ARRAY['PENDING'::character varying, 'PARTIAL_FILLED'::character varying])::text[]));
    CREATE INDEX idx_orders_owner ON trade.orders USING btree (owned_by, order_time DESC);
    CREATE INDEX idx_orders_pick ON trade.orders USING btree (pick_id);
    CREATE INDEX idx_orders_status ON trade.orders USING btree (status) WHERE ((status)::text = ANY ((ARRAY['PENDING'::character varying, 'PARTIAL_FILLED'::character varying])::text[]));
    CREATE INDEX idx_orders_time ON trade.orders USING btree (order_time DESC);
    CREATE UNIQUE INDEX orders_pkey ON trade.orders USING btree (order_id);
    CREATE TRIGGER pgtrigger_admit_amended_86ba4 AFTER UPDATE ON trade.orders REFERENCING OLD TABLE AS before NEW TABLE AS amended FOR EACH STATEMENT WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION pgtrigger_admit_amended_86ba4();
    CREATE TRIGGER pgtrigger_admit_orders_9d025 AFTER INSERT ON trade.orders REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION pgtrigger_admit_orders_9d025();
    CREATE TRIGGER pgtrigger_audit_delete_9dd50 AFTER DELETE ON trade.orders FOR EACH ROW EXECUTE FUNCTION pgtrigger_audit_delete_9dd50();
    CREATE TRIGGER pgtrigger_audit_insert_bcbc7 AFTER INSERT ON trade.orders FOR EACH ROW EXECUTE FUNCTION pgtrigger_audit_insert_bcbc7();
    CREATE TRIGGER pgtrigger_audit_update_9a894 AFTER UPDATE ON trade.orders FOR EACH ROW WHEN ((((old.created_by)::text IS DISTINCT FROM (new.created_by)::text) OR (old.expires_at IS DISTINCT FROM new.expires_at) OR (old.filled_quantity IS DISTINCT FROM new.filled_quantity) OR (old.holding_id IS DISTINCT FROM new.holding_id) OR (old.limit_price IS DISTINCT FROM new.limit_price) OR (old.order_id IS DISTINCT FROM new.order_id) OR (old.order_time IS DISTINCT FROM new.order_time) OR ((old.order_type)::text IS DISTINCT FROM (new.order_type)::text) OR (old.pick_id IS DISTINCT FROM new.pick_id) OR (old.quantity IS DISTINCT FROM new.quantity) OR ((old.side)::text IS DISTINCT FROM (new.side)::text) OR ((old.status)::text IS DISTINCT FROM (new.status)::text) OR ((old.status_reason)::text IS DISTINCT FROM (new.status_reason)::text) OR (old.stop_price IS DISTINCT FROM new.stop_price))) EXECUTE FUNCTION pgtrigger_audit_update_9a894();
    CREATE TRIGGER pgtrigger_guard_order_dafbf BEFORE UPDATE ON trade.orders FOR EACH ROW WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION pgtrigger_guard_order_dafbf();
    CREATE TRIGGER pgtrigger_own_order_8faeb BEFORE INSERT OR UPDATE OF holding_id, owned_by ON trade.orders FOR EACH ROW EXECUTE FUNCTION pgtrigger_own_order_8faeb();
    COMMENT ON TABLE IS 'Orders; status and filled quantity follow from executions';
    COMMENT ON COLUMN quantity IS 'Shares';
    COMMENT ON COLUMN limit_price IS 'Trading currency';
    COMMENT ON COLUMN stop_price IS 'Trading currency';
    COMMENT ON COLUMN filled_quantity IS 'Shares; sum of the executions';
    COMMENT ON COLUMN status_reason IS 'Why it was cancelled or rejected: expired, operator, or the broker''s words';
    COMMENT ON COLUMN owned_by IS 'The owner of its portfolio, or who placed it while it has no holding; traders see their own';
    ROW LEVEL SECURITY FORCED;
    POLICY owner_all FOR ALL TO OWNER USING (true) WITH CHECK (true);
    POLICY trader_insert FOR INSERT TO aegis_trader WITH CHECK ((((created_by)::text = ( SELECT principal() AS principal)) AND ((owned_by)::text = ( SELECT principal() AS principal))));
    POLICY trader_select FOR SELECT TO aegis_trader USING (((owned_by)::text = ( SELECT principal() AS principal)));
    POLICY trader_update FOR UPDATE TO aegis_trader USING (((owned_by)::text = ( SELECT principal() AS principal))) WITH CHECK (((owned_by)::text = ( SELECT principal() AS principal)));
    POLICY unlimited_all FOR ALL TO aegis_admin, aegis_analyst USING (true) WITH CHECK (true);
    GRANT DELETE, INSERT, SELECT, UPDATE TO aegis_admin;
    GRANT SELECT TO aegis_analyst;
    GRANT INSERT (created_by, expires_at, filled_quantity, holding_id, limit_price, order_time, order_type, owned_by, pick_id, quantity, side, status, status_reason, stop_price), SELECT, UPDATE (expires_at, holding_id, limit_price, order_type, pick_id, quantity, status, status_reason, stop_price) TO aegis_trader;
CREATE OR REPLACE FUNCTION trade.admit(placed orders)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
    held record;
    advised record;
    committed bigint;
BEGIN
    SELECT h.holding_id, h.stock_id, p.name, p.is_active, p.buying_halted_at, s.ticker, s.is_active AS is_listed
      INTO held
      FROM account.holdings h JOIN account.portfolio p USING (portfolio_id) JOIN market.stocks s USING (stock_id)
     WHERE h.holding_id = placed.holding_id;

    IF placed.pick_id IS NOT NULL THEN
        SELECT action, stock_id INTO advised FROM brain.daily_picks WHERE pick_id = placed.pick_id;
        IF advised.action <> placed.side THEN
            RAISE EXCEPTION 'order_pick: pick % advises to %, not to %', placed.pick_id, advised.action, placed.side
                USING ERRCODE = 'check_violation', CONSTRAINT = 'order_pick', HINT = 'Take the pick''s side, or no pick.';
        ELSIF advised.stock_id <> held.stock_id THEN
            RAISE EXCEPTION 'order_pick: pick % is of another stock than holding %', placed.pick_id, placed.holding_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'order_pick',
                      HINT = 'Choose the holding of the pick''s stock.';
        END IF;
    END IF;

    IF placed.side = 'BUY' AND held.buying_halted_at IS NOT NULL THEN
        RAISE EXCEPTION 'order_drawdown: portfolio % is below its maximum drawdown and takes no new BUY orders', held.name
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_drawdown',
                  HINT = 'An operator clears the halt on the portfolio.';
    ELSIF placed.side = 'BUY' AND NOT (held.is_active AND held.is_listed) THEN
        RAISE EXCEPTION 'order_inactive: portfolio % or stock % is not active', held.name, held.ticker
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_inactive', HINT = 'Only SELL orders are taken here.';
    END IF;

    IF placed.side = 'SELL' AND held.holding_id IS NOT NULL THEN
        -- An update and not a mere lock: a REPEATABLE READ transaction that looks at orders from before it is refused.
        UPDATE account.holdings SET last_updated = now() WHERE holding_id = placed.holding_id;
        SELECT coalesce(sum(quantity - filled_quantity), 0) INTO committed
          FROM trade.orders
         WHERE holding_id = placed.holding_id AND side = 'SELL' AND status IN ('PENDING', 'PARTIAL_FILLED')
           AND order_id <> placed.order_id;
        IF placed.quantity - placed.filled_quantity > (SELECT quantity FROM account.holdings
                                                        WHERE holding_id = placed.holding_id) - committed THEN
            RAISE EXCEPTION 'order_oversell: % shares of % cannot be sold: % are held, % of them committed to open SELL orders',
                placed.quantity, held.ticker,
                (SELECT quantity FROM account.holdings WHERE holding_id = placed.holding_id), committed
                USING ERRCODE = 'check_violation', CONSTRAINT = 'order_oversell',
                      HINT = 'Sell less, or cancel an open SELL order first.';
        END IF;
    END IF;
END
$function$;
CREATE OR REPLACE FUNCTION trade.after_fill(before "position", side text, shares bigint, price numeric, charges numeric)
 RETURNS "position"
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
DECLARE
    whole bigint;
BEGIN
    IF side = 'BUY' THEN
        before.average := coalesce(
            (before.quantity * before.average + shares * price) / nullif(before.quantity + shares, 0), price);
        before.quantity := before.quantity + shares;
        before.realized := before.realized - charges;
    ELSIF side = 'SELL' THEN
        before.quantity := before.quantity - shares;
        before.realized := before.realized + (price - before.average) * shares - charges;
        before.lowest := least(before.lowest, before.quantity);
    ELSE
        whole := div(before.quantity * price, shares);
        before.realized := before.realized - charges
            - before.average * shares / price * (before.quantity * price / shares - whole);
        before.average := before.average * shares / price;
        before.quantity := whole;
    END IF;
    RETURN before;
END
$function$;
CREATE OR REPLACE FUNCTION trade.apply_action(entry action_entries, locked bigint[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    done record;
    held account.holdings;
    before trade.position;
    after trade.position;
    starts timestamptz;
BEGIN
    SELECT action.*, stock.ticker, stock.market_type, latest.trade_date, latest.close_price INTO done
      FROM market.corporate_actions AS action JOIN market.stocks AS stock USING (stock_id)
      LEFT JOIN market.latest_prices AS latest USING (stock_id)
     WHERE action.action_id = entry.action_id;
    SELECT * INTO held FROM account.holdings WHERE holding_id = entry.holding_id;
    starts := market.day_starts(done.market_type, done.effective_date);

    IF held.stock_id <> done.stock_id THEN
        RAISE EXCEPTION 'action_stock: action % is of another stock than holding %', entry.action_id, entry.holding_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'action_stock', HINT = 'Choose a holding of its stock.';
    ELSIF done.kind = 'RIGHTS' THEN
        RAISE EXCEPTION 'action_rights: whether the rights of action % are taken up is for the desk to say', entry.action_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'action_rights',
                  HINT = 'Book the shares that were subscribed as a BUY order and its execution.';
    ELSIF starts > now() THEN
        RAISE EXCEPTION 'action_not_effective: action % is effective on %', entry.action_id, done.effective_date
            USING ERRCODE = 'check_violation', CONSTRAINT = 'action_not_effective', HINT = 'Wait for that day.';
    ELSIF EXISTS (SELECT FROM trade.action_entries AS other JOIN market.corporate_actions AS later USING (action_id)
                   WHERE other.holding_id = entry.holding_id AND other.reverses_id IS NULL AND other.reversed_at IS NULL
                     AND other.place IS NOT NULL
                     AND (later.kind <> 'CASH_DIVIDEND' OR done.kind <> 'CASH_DIVIDEND')
                     -- A dividend is paid on the shares from before a split of the same day.
                     AND (later.effective_date > done.effective_date
                          OR (later.effective_date = done.effective_date
                              AND later.kind <> 'CASH_DIVIDEND' AND done.kind = 'CASH_DIVIDEND'))) THEN
        RAISE EXCEPTION 'action_order: a later action is booked on holding % already', entry.holding_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'action_order',
                  HINT = 'Reverse the later one, apply this one, and apply the later one again.';
    END IF;

    entry.booked := nextval(pg_get_serial_sequence('account.cash_entries', 'cash_entry_id'));
    entry.place := trade.place_of_action(entry.holding_id, starts, entry.booked);
    before := CASE WHEN entry.place = entry.booked
                   THEN ROW(held.quantity, held.avg_purchase_price, held.realized_pnl, 0)::trade.position
                   ELSE trade.replay(entry.holding_id, upto => entry.place) END;
    IF done.kind = 'CASH_DIVIDEND' THEN
        entry.cash_amount := round(before.quantity * done.amount, 2);
    ELSE
        entry.ratio := done.ratio;
        entry.per := done.per;
        entry.fraction := before.quantity * done.ratio / done.per - div(before.quantity * done.ratio, done.per);
        entry.fraction_price := CASE WHEN done.trade_date < done.effective_date
                                     THEN done.close_price * done.per / done.ratio ELSE done.close_price END;
        IF entry.fraction > 0 AND entry.fraction_price IS NULL THEN
            RAISE EXCEPTION 'action_no_price: % shares of % are to be paid in cash, and it has no price',
                trim_scale(entry.fraction), done.ticker
                USING ERRCODE = 'check_violation', CONSTRAINT = 'action_no_price', HINT = 'Load its prices first.';
        END IF;
        entry.cash_amount := coalesce(round(entry.fraction * entry.fraction_price, 2), 0);
        entry.orders := trade.split_orders(entry, starts, locked);
    END IF;
    IF before.quantity = 0 AND entry.orders IS NULL THEN
        RAISE EXCEPTION 'action_nothing_held: holding % had no shares of % when % began', entry.holding_id, done.ticker,
            done.effective_date
            USING ERRCODE = 'check_violation', CONSTRAINT = 'action_nothing_held', HINT = 'There is nothing to do.';
    END IF;

    after := trade.after_fill(before, 'ACTION', entry.per::bigint, entry.ratio, -entry.cash_amount);
    UPDATE trade.action_entries
       SET ratio = entry.ratio, per = entry.per, quantity_before = before.quantity, quantity_after = after.quantity,
           average_before = before.average, average_after = after.average, fraction = entry.fraction,
           fraction_price = entry.fraction_price, cash_amount = entry.cash_amount, orders = entry.orders,
           booked = entry.booked, place = entry.place
     WHERE action_entry_id = entry.action_entry_id;
    PERFORM trade.move_holding(entry.holding_id, CASE WHEN entry.place < entry.booked
                                                      THEN trade.replay(entry.holding_id) ELSE after END);
END
$function$;
CREATE OR REPLACE FUNCTION trade.bare_reference(reference text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
    SELECT btrim(reference, E' \t\n\u000B\f\r\u001C\u001D\u001E\u001F\u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006'
                            '\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000')
$function$;
CREATE OR REPLACE FUNCTION trade.close_before_action(the_order bigint, original bigint)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    placed record;
    changed boolean;
BEGIN
    SELECT order_id, holding_id, status INTO placed FROM trade.orders WHERE order_id = the_order;
    SELECT bool_or(coalesce(entry.orders @> jsonb_build_array(jsonb_build_object('order_id', the_order)), false)) INTO changed
      FROM trade.action_entries AS entry JOIN account.cash_entries AS booked ON booked.execution_id = original
     WHERE entry.holding_id = placed.holding_id AND entry.reverses_id IS NULL AND entry.reversed_at IS NULL
       AND entry.ratio <> entry.per AND entry.place > booked.cash_entry_id;
    IF changed IS NULL OR placed.status = 'REJECTED' OR (placed.status = 'CANCELLED' AND NOT changed) THEN
        RETURN;
    ELSIF placed.status = 'FILLED' THEN
        UPDATE trade.orders SET status = 'CANCELLED', status_reason = 'corporate action' WHERE order_id = the_order;
    ELSE
        RAISE EXCEPTION 'execution_before_action: order % is in shares of after a split, execution % of before', the_order, original
            USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_before_action',
                  HINT = 'Reverse the action, then the fill, and apply the action again.';
    END IF;
END
$function$;
CREATE OR REPLACE FUNCTION trade.fill_order(the_order bigint, shares bigint)
 RETURNS orders
 LANGUAGE plpgsql
 SET search_path TO 'public', 'market', 'account', 'brain', 'trade', 'analytics', 'system'
AS $function$
DECLARE
    placed trade.orders;
BEGIN
    UPDATE trade.orders
       SET filled_quantity = filled_quantity OPERATOR(pg_catalog.+) shares,
           status = CASE WHEN status::text OPERATOR(pg_catalog.=) 'CANCELLED'::text THEN status
                         WHEN filled_quantity OPERATOR(pg_catalog.+) shares OPERATOR(pg_catalog.<) quantity
                         THEN 'PARTIAL_FILLED' ELSE 'FILLED' END
     WHERE order_id OPERATOR(pg_catalog.=) the_order
       AND holding_id IS NOT NULL AND status::text OPERATOR(pg_catalog.<>) 'REJECTED'::text
       AND filled_quantity OPERATOR(pg_catalog.+) shares OPERATOR(pg_catalog.<=) quantity
    RETURNING * INTO placed;
    RETURN placed;
END
$function$;
CREATE OR REPLACE FUNCTION trade.held_at(the_holding bigint, instant timestamp with time zone)
 RETURNS bigint
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT quantity - coalesce((
               SELECT sum(CASE side WHEN 'BUY' THEN executed_quantity ELSE -executed_quantity END)::bigint
                 FROM trade.executions JOIN trade.orders USING (order_id)
                WHERE orders.holding_id = the_holding AND executed_time >= instant
                  AND reverses_id IS NULL AND reversed_at IS NULL), 0)
      FROM account.holdings WHERE holding_id = the_holding
$function$;
CREATE OR REPLACE FUNCTION trade.mark_picks(picks bigint[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    PERFORM FROM brain.daily_picks WHERE pick_id = ANY (picks) ORDER BY pick_id FOR NO KEY UPDATE;
    UPDATE brain.daily_picks
       SET is_executed = NOT is_executed
     WHERE pick_id = ANY (picks)
       AND is_executed <> EXISTS (SELECT FROM trade.orders JOIN trade.executions USING (order_id)
                                   WHERE orders.pick_id = daily_picks.pick_id
                                     AND reverses_id IS NULL AND reversed_at IS NULL);
END
$function$;
CREATE OR REPLACE FUNCTION trade.mark_split(the_holding bigint)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    UPDATE account.holdings
       SET (split_on, split_ratio) = (
               SELECT max(effective_date), market.product(ratio / per) FILTER (WHERE unseen OR is_newest)
                 FROM (SELECT effective_date, entry.ratio, entry.per,
                              effective_date > coalesce(latest.trade_date, '-infinity') AS unseen,
                              rank() OVER (ORDER BY effective_date DESC) = 1 AS is_newest
                         FROM trade.action_entries AS entry
                         JOIN market.corporate_actions AS action USING (action_id)
                         LEFT JOIN market.latest_prices AS latest USING (stock_id)
                        WHERE entry.holding_id = the_holding AND entry.reverses_id IS NULL AND entry.reversed_at IS NULL
                          AND entry.place IS NOT NULL AND kind <> 'CASH_DIVIDEND') AS split
               HAVING count(*) > 0)
     WHERE holding_id = the_holding
$function$;
CREATE OR REPLACE FUNCTION trade.move_holding(the_holding bigint, after "position")
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF after.lowest < 0 THEN
        RAISE EXCEPTION 'action_needed: sales of holding % need more shares than it would leave', the_holding
            USING ERRCODE = 'check_violation', CONSTRAINT = 'action_needed', HINT = 'Reverse those sales first.';
    END IF;
    PERFORM trade.mark_split(the_holding);
    UPDATE account.holdings
       SET quantity = after.quantity, avg_purchase_price = after.average, realized_pnl = after.realized,
           valued_on = NULL  -- has it valued anew, also where only the split changed
     WHERE holding_id = the_holding;
END
$function$;
CREATE OR REPLACE FUNCTION trade.pgtrigger_admit_amended_86ba4()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- An amended order is admitted like a new one, one that asks for less alone is not. After the whole statement, so that it holds all of its orders before it locks
-- a holding: row by row, a fill that has its order and waits for the holding would wait in a circle.
DECLARE
    changed bigint[] := ARRAY(
        SELECT order_id FROM amended JOIN before USING (order_id)
         WHERE amended.quantity > before.quantity
            OR (amended.holding_id, amended.pick_id) IS DISTINCT FROM (before.holding_id, before.pick_id));
    placed trade.orders;
BEGIN
    PERFORM FROM account.holdings
      WHERE holding_id IN (SELECT holding_id FROM amended WHERE order_id = ANY (changed) AND side = 'SELL')
      ORDER BY holding_id FOR NO KEY UPDATE;
    FOR placed IN SELECT * FROM amended WHERE order_id = ANY (changed) ORDER BY order_id LOOP
        PERFORM trade.admit(placed);
    END LOOP;
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION trade.pgtrigger_admit_orders_9d025()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- Looks at the whole statement, so that holdings are locked in the order of their keys however the client sorted its rows. One
-- look passes what most orders are, a new BUY on a portfolio and a stock that take one; the others are looked at closely.
DECLARE
    placed trade.orders;
BEGIN
    FOR placed IN
        SELECT arrived.*
          FROM arrived LEFT JOIN account.holdings ON holdings.holding_id = arrived.holding_id
          LEFT JOIN account.portfolio USING (portfolio_id) LEFT JOIN market.stocks USING (stock_id)
         WHERE arrived.side <> 'BUY' OR arrived.pick_id IS NOT NULL OR arrived.status <> 'PENDING' OR arrived.filled_quantity <> 0
            OR portfolio.buying_halted_at IS NOT NULL OR NOT portfolio.is_active OR NOT stocks.is_active
         ORDER BY arrived.holding_id, arrived.order_id
    LOOP
        IF placed.filled_quantity <> 0 OR placed.status <> 'PENDING' THEN
            RAISE EXCEPTION 'order_starts_pending: an order starts PENDING and unfilled, not %', placed.status
                USING ERRCODE = 'check_violation', CONSTRAINT = 'order_starts_pending',
                      HINT = 'Insert it, then book its executions, or cancel or reject it.';
        END IF;
        PERFORM trade.admit(placed);
    END LOOP;
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION trade.pgtrigger_append_only_871d1()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RAISE EXCEPTION 'history_append_only: history is neither changed nor deleted'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'history_append_only';
END
$function$;
CREATE OR REPLACE FUNCTION trade.pgtrigger_append_only_faa7e()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RAISE EXCEPTION 'history_append_only: history is neither changed nor deleted'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'history_append_only';
END
$function$;
CREATE OR REPLACE FUNCTION trade.pgtrigger_audit_delete_00fe0()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO trade.execution_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, execution_id, order_id, executed_quantity, executed_price, executed_time, commission, tax, net_amount, fx_rate, exchange_ref, reverses_id, reversed_at)
    VALUES (now(), 'delete', OLD.execution_id, system.history_context(), OLD.execution_id, OLD.order_id, OLD.executed_quantity, OLD.executed_price, OLD.executed_time, OLD.commission, OLD.tax, OLD.net_amount, OLD.fx_rate, OLD.exchange_ref, OLD.reverses_id, OLD.reversed_at);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION trade.pgtrigger_audit_delete_9dd50()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO trade.order_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, order_id, holding_id, pick_id, order_type, side, quantity, limit_price, stop_price, status, filled_quantity, status_reason, order_time, expires_at, created_by)
    VALUES (now(), 'delete', OLD.order_id, system.history_context(), OLD.order_id, OLD.holding_id, OLD.pick_id, OLD.order_type, OLD.side, OLD.quantity, OLD.limit_price, OLD.stop_price, OLD.status, OLD.filled_quantity, OLD.status_reason, OLD.order_time, OLD.expires_at, OLD.created_by);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION trade.pgtrigger_audit_insert_24723()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO trade.execution_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, execution_id, order_id, executed_quantity, executed_price, executed_time, commission, tax, net_amount, fx_rate, exchange_ref, reverses_id, reversed_at)
    VALUES (now(), 'insert', NEW.execution_id, system.history_context(), NEW.execution_id, NEW.order_id, NEW.executed_quantity, NEW.executed_price, NEW.executed_time, NEW.commission, NEW.tax, NEW.net_amount, NEW.fx_rate, NEW.exchange_ref, NEW.reverses_id, NEW.reversed_at);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION trade.pgtrigger_audit_insert_bcbc7()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO trade.order_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, order_id, holding_id, pick_id, order_type, side, quantity, limit_price, stop_price, status, filled_quantity, status_reason, order_time, expires_at, created_by)
    VALUES (now(), 'insert', NEW.order_id, system.history_context(), NEW.order_id, NEW.holding_id, NEW.pick_id, NEW.order_type, NEW.side, NEW.quantity, NEW.limit_price, NEW.stop_price, NEW.status, NEW.filled_quantity, NEW.status_reason, NEW.order_time, NEW.expires_at, NEW.created_by);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION trade.pgtrigger_audit_update_9a894()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO trade.order_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, order_id, holding_id, pick_id, order_type, side, quantity, limit_price, stop_price, status, filled_quantity, status_reason, order_time, expires_at, created_by)
    VALUES (now(), 'update', NEW.order_id, system.history_context(), NEW.order_id, NEW.holding_id, NEW.pick_id, NEW.order_type, NEW.side, NEW.quantity, NEW.limit_price, NEW.stop_price, NEW.status, NEW.filled_quantity, NEW.status_reason, NEW.order_time, NEW.expires_at, NEW.created_by);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION trade.pgtrigger_audit_update_e8c18()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO trade.execution_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, execution_id, order_id, executed_quantity, executed_price, executed_time, commission, tax, net_amount, fx_rate, exchange_ref, reverses_id, reversed_at)
    VALUES (now(), 'update', NEW.execution_id, system.history_context(), NEW.execution_id, NEW.order_id, NEW.executed_quantity, NEW.executed_price, NEW.executed_time, NEW.commission, NEW.tax, NEW.net_amount, NEW.fx_rate, NEW.exchange_ref, NEW.reverses_id, NEW.reversed_at);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION trade.pgtrigger_guard_action_entry_0615e()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RAISE EXCEPTION 'action_append_only: action entry % is booked', OLD.action_entry_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'action_append_only',
              HINT = 'Insert an entry that reverses it.';
END
$function$;
CREATE OR REPLACE FUNCTION trade.pgtrigger_guard_applied_action_ddda5()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- What was booked with this action would no longer follow from it.
BEGIN
    IF EXISTS (SELECT FROM trade.action_entries
                WHERE action_id = OLD.action_id AND reverses_id IS NULL AND reversed_at IS NULL) THEN
        RAISE EXCEPTION 'action_applied: corporate action % is booked on holdings', OLD.action_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'action_applied',
                  HINT = 'Reverse its entries, correct it, and apply it again.';
    END IF;
    RETURN NEW;
END
$function$;
CREATE OR REPLACE FUNCTION trade.pgtrigger_guard_execution_634eb()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RAISE EXCEPTION 'execution_append_only: execution % is booked; only its exchange_ref may be mended', OLD.execution_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_append_only',
              HINT = 'Reverse it (reverse_execution, or insert a row with reverses_id) and book it anew.';
END
$function$;
CREATE OR REPLACE FUNCTION trade.pgtrigger_guard_holding_af1bc()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- Quantity, average and realised P&L follow from executions and corporate actions. Until the first one, what the holding
-- opened with may be put right. What is compared is compared here: a WHEN is parsed anew by every statement, also by the
-- ledger's own.
BEGIN
    IF (NEW.portfolio_id, NEW.stock_id, NEW.quantity, NEW.avg_purchase_price, NEW.realized_pnl, NEW.opening_quantity,
        NEW.opening_price, NEW.split_on, NEW.split_ratio)
       IS NOT DISTINCT FROM
       (OLD.portfolio_id, OLD.stock_id, OLD.quantity, OLD.avg_purchase_price, OLD.realized_pnl, OLD.opening_quantity,
        OLD.opening_price, OLD.split_on, OLD.split_ratio) THEN
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT FROM trade.executions JOIN trade.orders USING (order_id) WHERE holding_id = OLD.holding_id)
       OR EXISTS (SELECT FROM trade.action_entries WHERE holding_id = OLD.holding_id)
       OR NEW.realized_pnl <> OLD.realized_pnl
       OR (NEW.split_on, NEW.split_ratio) IS DISTINCT FROM (OLD.split_on, OLD.split_ratio)
       OR ((NEW.portfolio_id, NEW.stock_id) <> (OLD.portfolio_id, OLD.stock_id)
           AND EXISTS (SELECT FROM trade.orders WHERE holding_id = OLD.holding_id)) THEN
        RAISE EXCEPTION 'holding_moved_by_executions: quantity, average and P&L of holding % follow from its executions',
            OLD.holding_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'holding_moved_by_executions',
                  HINT = 'Book an execution, or reverse one.';
    END IF;
    -- Whoever places a SELL updates the holding first, so that none is missed here.
    IF NEW.quantity < OLD.quantity
       AND NEW.quantity < (SELECT sum(quantity - filled_quantity) FROM trade.orders
                            WHERE holding_id = OLD.holding_id AND side = 'SELL' AND status IN ('PENDING', 'PARTIAL_FILLED')) THEN
        RAISE EXCEPTION 'holding_committed: open SELL orders of holding % need more than % shares', OLD.holding_id, NEW.quantity
            USING ERRCODE = 'check_violation', CONSTRAINT = 'holding_committed',
                  HINT = 'Lower or cancel the SELL orders first.';
    END IF;
    NEW.opening_quantity := NEW.quantity;
    NEW.opening_price := NEW.avg_purchase_price;
    RETURN NEW;
END
$function$;
CREATE OR REPLACE FUNCTION trade.pgtrigger_guard_order_dafbf()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- What a client may change. The ledger's own updates come from inside triggers and are not looked at here.
BEGIN
    IF NEW.filled_quantity <> OLD.filled_quantity
       OR (NEW.status <> OLD.status AND NEW.status IN ('PARTIAL_FILLED', 'FILLED')) THEN
        RAISE EXCEPTION 'order_filled_by_executions: filled quantity, PARTIAL_FILLED and FILLED follow from executions'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_filled_by_executions', HINT = 'Book an execution.';
    END IF;
    IF OLD.status IN ('FILLED', 'CANCELLED', 'REJECTED')
       AND (NEW.status, NEW.order_type, NEW.side, NEW.quantity, NEW.holding_id, NEW.pick_id, NEW.limit_price,
            NEW.stop_price, NEW.order_time, NEW.expires_at)
           IS DISTINCT FROM
           (OLD.status, OLD.order_type, OLD.side, OLD.quantity, OLD.holding_id, OLD.pick_id, OLD.limit_price,
            OLD.stop_price, OLD.order_time, OLD.expires_at) THEN
        RAISE EXCEPTION 'order_terminal: order % is % and does not change any more', OLD.order_id, OLD.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_terminal', HINT = 'Place a new order.';
    END IF;
    IF NEW.status NOT IN (OLD.status, 'CANCELLED') AND (OLD.status, NEW.status) <> ('PENDING', 'REJECTED') THEN
        RAISE EXCEPTION 'order_transition: an order does not go from % to %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_transition',
                  HINT = 'PENDING may be cancelled or rejected, PARTIAL_FILLED may be cancelled.';
    END IF;
    IF (NEW.order_id, NEW.side, NEW.created_by) <> (OLD.order_id, OLD.side, OLD.created_by) THEN
        RAISE EXCEPTION 'order_identity: an order keeps its number, its side and the name of who placed it'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_identity', HINT = 'Place a new order.';
    END IF;
    IF (NEW.quantity, NEW.holding_id, NEW.pick_id) IS DISTINCT FROM (OLD.quantity, OLD.holding_id, OLD.pick_id)
       AND EXISTS (SELECT FROM trade.executions WHERE order_id = OLD.order_id) THEN
        RAISE EXCEPTION 'order_frozen: quantity, holding and pick do not change after the first fill'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_frozen',
                  HINT = 'Cancel the rest and place a new order.';
    END IF;
    RETURN NEW;
END
$function$;
CREATE OR REPLACE FUNCTION trade.pgtrigger_guard_ordered_pick_bb5dd()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- Orders were admitted because they do what the pick advises. The lock waits for orders that are being placed on it.
BEGIN
    IF (NEW.pick_id, NEW.action, NEW.stock_id) IS NOT DISTINCT FROM (OLD.pick_id, OLD.action, OLD.stock_id) THEN
        RETURN NEW;
    END IF;
    IF NOT EXISTS (SELECT FROM trade.orders WHERE pick_id = OLD.pick_id) THEN
        LOCK TABLE trade.orders IN SHARE ROW EXCLUSIVE MODE;
    END IF;
    IF EXISTS (SELECT FROM trade.orders WHERE pick_id = OLD.pick_id) THEN
        RAISE EXCEPTION 'pick_ordered: pick % has orders; its side and its stock stand', OLD.pick_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pick_ordered',
                  HINT = 'Enter what the model advises now as a pick of its own.';
    END IF;
    RETURN NEW;
END
$function$;
CREATE OR REPLACE FUNCTION trade.pgtrigger_own_order_8faeb()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- Row security asks each order whose it is: from the order itself, because a rule that looks it up in the holding's portfolio
-- finds a trader's newest orders by reading everybody's.
BEGIN
    NEW.owned_by := coalesce(
        (SELECT portfolio.created_by FROM account.holdings JOIN account.portfolio USING (portfolio_id)
          WHERE holdings.holding_id = NEW.holding_id), NEW.created_by);
    RETURN NEW;
END
$function$;
CREATE OR REPLACE FUNCTION trade.pgtrigger_own_orders_98b05()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- The lock waits for orders that are being placed under the old owner's name and are not seen yet. Naming holding_id has the
-- owner looked up anew.
BEGIN
    LOCK TABLE trade.orders IN SHARE ROW EXCLUSIVE MODE;
    UPDATE trade.orders SET holding_id = holding_id
     WHERE holding_id IN (SELECT holding_id FROM account.holdings WHERE portfolio_id = NEW.portfolio_id);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION trade.pgtrigger_prepare_action_entry_fe31f()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- A client says which action on which holding, or which entry to take back; all else is the ledger's to say.
DECLARE
    original trade.action_entries;
BEGIN
    IF NEW.reverses_id IS NOT NULL THEN
        SELECT * INTO original FROM trade.action_entries WHERE action_entry_id = NEW.reverses_id;
        IF original.action_entry_id IS NULL THEN
            RAISE EXCEPTION 'fk_action_entries_reverses: there is no action entry %', NEW.reverses_id
                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'fk_action_entries_reverses';
        ELSIF original.reverses_id IS NOT NULL THEN
            RAISE EXCEPTION 'action_reversal: action entry % is itself a reversal', NEW.reverses_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'action_reversal', HINT = 'Apply the action anew.';
        END IF;
        NEW.action_id := original.action_id;
        NEW.holding_id := original.holding_id;
    END IF;
    -- Whoever is correcting the action is waited for, and whoever would correct it waits until this is booked.
    PERFORM FROM market.corporate_actions WHERE action_id = NEW.action_id FOR SHARE;
    NEW.ratio := 1;
    NEW.per := 1;
    NEW.quantity_before := NULL;
    NEW.quantity_after := NULL;
    NEW.average_before := NULL;
    NEW.average_after := NULL;
    NEW.fraction := NULL;
    NEW.fraction_price := NULL;
    NEW.cash_amount := 0;
    NEW.orders := NULL;
    NEW.booked := NULL;
    NEW.place := NULL;
    NEW.reversed_at := NULL;
    RETURN NEW;
END
$function$;
CREATE OR REPLACE FUNCTION trade.pgtrigger_price_execution_a5a74()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- What the cash account changes by: a buy pays price and charges, a sell receives the price less charges. A reversal is the
-- opposite of what it reverses, to the last cent, whatever the client wrote.
DECLARE
    original trade.executions;
    worth numeric := NEW.executed_quantity * NEW.executed_price;
    charges numeric := NEW.commission + NEW.tax;
BEGIN
    NEW.reversed_at := NULL;
    NEW.exchange_ref := trade.bare_reference(NEW.exchange_ref);  -- before ON CONFLICT looks: a replay with blanks is a replay
    IF NEW.executed_time NOT BETWEEN '1970-01-01 00:00+00' AND clock_timestamp() + interval '5 minutes' THEN
        RAISE EXCEPTION 'execution_time: no fill can have been executed at %', NEW.executed_time
            USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_time',
                  HINT = 'Give the time of the execution, with its zone; clocks may be five minutes apart.';
    END IF;
    IF NEW.reverses_id IS NULL THEN
        SELECT CASE side WHEN 'BUY' THEN -(worth + charges) ELSE worth - charges END INTO NEW.net_amount
          FROM trade.orders WHERE order_id = NEW.order_id;
        RETURN NEW;
    END IF;
    SELECT * INTO original FROM trade.executions WHERE execution_id = NEW.reverses_id;
    IF original.execution_id IS NULL THEN
        RAISE EXCEPTION 'fk_executions_reverses: there is no execution %', NEW.reverses_id
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'fk_executions_reverses';
    ELSIF original.reverses_id IS NOT NULL THEN
        RAISE EXCEPTION 'execution_reversal: execution % is itself a reversal', NEW.reverses_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_reversal', HINT = 'Book the fill anew.';
    END IF;
    NEW.order_id := original.order_id;
    NEW.executed_quantity := original.executed_quantity;
    NEW.executed_price := original.executed_price;
    NEW.commission := original.commission;
    NEW.tax := original.tax;
    NEW.fx_rate := original.fx_rate;
    NEW.net_amount := -original.net_amount;
    NEW.exchange_ref := coalesce(NEW.exchange_ref, 'reversal of #' || NEW.reverses_id);
    RETURN NEW;
END
$function$;
CREATE OR REPLACE FUNCTION trade.pgtrigger_settle_action_entries_b9de2()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- Book corporate actions: order → holding → cash and portfolio, locked in the order of fills, see settle_executions. Only
-- orders that are open now are changed: locking one later would be out of order.
DECLARE
    entry trade.action_entries;
    locked bigint[];
BEGIN
    SELECT array_agg(order_id) INTO locked
      FROM (SELECT order_id FROM trade.orders
             WHERE (holding_id IN (SELECT holding_id FROM arrived) AND status IN ('PENDING', 'PARTIAL_FILLED'))
                OR order_id IN (SELECT (changed ->> 'order_id')::bigint
                                  FROM arrived JOIN trade.action_entries AS original
                                    ON original.action_entry_id = arrived.reverses_id
                                 CROSS JOIN jsonb_array_elements(original.orders) AS changed)
             ORDER BY order_id FOR NO KEY UPDATE) AS orders;
    PERFORM FROM account.holdings
      WHERE holding_id IN (SELECT holding_id FROM arrived) ORDER BY holding_id FOR NO KEY UPDATE;
    PERFORM FROM account.portfolio
      WHERE portfolio_id IN (SELECT portfolio_id FROM arrived JOIN account.holdings USING (holding_id))
      ORDER BY portfolio_id FOR NO KEY UPDATE;

    -- A reversal never before what it reverses, whatever numbers were typed.
    FOR entry IN
        SELECT * FROM arrived ORDER BY greatest(action_entry_id, reverses_id), reverses_id NULLS FIRST
    LOOP
        IF entry.reverses_id IS NULL THEN
            PERFORM trade.apply_action(entry, coalesce(locked, '{}'));
        ELSE
            PERFORM trade.take_back_action(entry, coalesce(locked, '{}'));
        END IF;
    END LOOP;

    INSERT INTO account.cash_entries (portfolio_id, currency, amount, kind, action_entry_id, created_by)
    SELECT portfolio_id, currency, done.cash_amount, CASE kind WHEN 'CASH_DIVIDEND' THEN 'DIVIDEND' ELSE 'ADJUSTMENT' END,
           action_entry_id, done.created_by
      FROM arrived JOIN trade.action_entries AS done USING (action_entry_id)
                   JOIN market.corporate_actions AS action ON action.action_id = done.action_id
                   JOIN account.holdings ON holdings.holding_id = done.holding_id
                   JOIN market.stocks ON stocks.stock_id = holdings.stock_id
     WHERE done.cash_amount <> 0
     ORDER BY action_entry_id;
    PERFORM account.touch_portfolios(ARRAY(
        SELECT DISTINCT portfolio_id FROM arrived JOIN account.holdings USING (holding_id)));
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION trade.pgtrigger_settle_executions_37a00()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- Book fills: order → holding → pick → cash and portfolio, in one transaction. Works on whole statements, so that it can lock
-- in one order (orders, holdings, picks, portfolios, each by key) however the client sorted its rows. An INSERT … ON CONFLICT DO
-- NOTHING that repeats a fill never gets here; a plain INSERT that repeats one fails on its unique key and moves nothing.
DECLARE
    fills trade.executions[];
    fill trade.executions;
    placed trade.orders;
    held record;
    after trade.position;
    picks bigint[];
    surprised bigint[];  -- holdings whose open SELL orders did not expect what happened
    booked_so_far bigint[];
    portfolios bigint[];
    currencies text[];
    amounts numeric[];
BEGIN
    -- In the order of their numbers, but a reversal never before what it reverses: numbers can be typed (OVERRIDING SYSTEM VALUE).
    SELECT array_agg(ROW(booked.*)::trade.executions ORDER BY greatest(execution_id, reverses_id), reverses_id NULLS FIRST)
      INTO fills FROM booked;
    -- One fill alone locks in that order as it goes.
    IF cardinality(fills) > 1 THEN
        PERFORM FROM trade.orders
          WHERE order_id IN (SELECT order_id FROM booked) ORDER BY order_id FOR NO KEY UPDATE;
        PERFORM FROM account.holdings
          WHERE holding_id IN (SELECT holding_id FROM booked JOIN trade.orders USING (order_id))
          ORDER BY holding_id FOR NO KEY UPDATE;
    ELSIF fills IS NULL THEN
        RETURN NULL;
    END IF;

    FOREACH fill IN ARRAY fills LOOP
        IF fill.reverses_id IS NULL THEN
            placed := trade.fill_order(fill.order_id, fill.executed_quantity);
            IF placed.order_id IS NULL THEN
                PERFORM trade.refuse_fill(fill.order_id, fill.executed_quantity);
            END IF;
        ELSE
            SELECT * INTO placed FROM trade.orders WHERE order_id = fill.order_id FOR NO KEY UPDATE;
        END IF;
        SELECT holding_id, portfolio_id, quantity, avg_purchase_price, realized_pnl, currency INTO held
          FROM account.holdings JOIN market.stocks USING (stock_id)
         WHERE holding_id = placed.holding_id FOR NO KEY UPDATE OF holdings;
        IF placed.pick_id IS NOT NULL THEN
            picks := picks || placed.pick_id;
        END IF;
        booked_so_far := booked_so_far || fill.execution_id;
        portfolios := portfolios || held.portfolio_id;
        currencies := currencies || held.currency::text;
        amounts := amounts || fill.net_amount;
        IF fill.reverses_id IS NOT NULL THEN
            IF placed.pick_id IS NOT NULL AND current_setting('transaction_isolation') = 'repeatable read' THEN
                RAISE EXCEPTION 'execution_isolation: order % has a pick, and whether that is still executed depends on fills that'
                    ' this transaction does not see', placed.order_id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_isolation',
                          HINT = 'Reverse it in a READ COMMITTED or SERIALIZABLE transaction.';
            END IF;
            UPDATE trade.executions SET reversed_at = now() WHERE execution_id = fill.reverses_id;
            surprised := surprised || placed.holding_id;
            PERFORM trade.close_before_action(fill.order_id, fill.reverses_id);
            PERFORM trade.rebook(fill.order_id,
                                 ARRAY(SELECT execution_id FROM booked WHERE execution_id <> ALL (booked_so_far)));
            CONTINUE;
        END IF;
        IF placed.side = 'SELL' AND fill.executed_quantity > held.quantity THEN
            RAISE EXCEPTION 'execution_oversell: % shares cannot be sold, only % are held',
                fill.executed_quantity, held.quantity
                USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_oversell',
                      HINT = 'Book the missing buys first: AEGIS is long only.';
        END IF;

        -- No split is booked before its day begins, and no exchange trades in the hour before that.
        IF fill.executed_time < now() - interval '1 hour' THEN
            PERFORM trade.refuse_before_action(placed.holding_id, fill.executed_time);
        END IF;

        after := trade.after_fill(
            ROW(held.quantity, held.avg_purchase_price, held.realized_pnl, 0)::trade.position,
            placed.side, fill.executed_quantity, fill.executed_price, fill.commission + fill.tax);
        UPDATE account.holdings
           SET quantity = after.quantity, avg_purchase_price = after.average, realized_pnl = after.realized
         WHERE holding_id = held.holding_id;
        IF placed.status = 'CANCELLED' THEN
            surprised := surprised || placed.holding_id;
            INSERT INTO system.alerts (alert_type, severity, module, message, data)
            VALUES ('ERROR', 'CRITICAL', 'trade',
                    format('Order %s was filled after it was cancelled: %s shares at %s are booked.',
                           placed.order_id, fill.executed_quantity, fill.executed_price),
                    jsonb_build_object('order_id', placed.order_id, 'execution_id', fill.execution_id));
        END IF;
    END LOOP;

    IF surprised IS NOT NULL THEN
        PERFORM trade.tell_uncovered_sales(surprised);
    END IF;
    IF picks IS NOT NULL THEN
        PERFORM trade.mark_picks(picks);
    END IF;
    -- Its trigger locks the portfolios.
    INSERT INTO account.cash_entries (portfolio_id, currency, amount, kind, execution_id)
    SELECT portfolio_id, currency, amount, 'TRADE', execution_id
      FROM unnest(booked_so_far, portfolios, currencies, amounts) AS entry (execution_id, portfolio_id, currency, amount);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION trade.pgtrigger_trim_reference_77c53()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- A mended reference, like a new one, is without blanks at its edges.
BEGIN
    NEW.exchange_ref := trade.bare_reference(NEW.exchange_ref);
    RETURN NEW;
END
$function$;
CREATE OR REPLACE FUNCTION trade.pgtrigger_unbook_executions_2b8f5()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- Deleting un-books exactly, and only what nothing followed: anything else is corrected by a reversing entry.
DECLARE
    gone record;
BEGIN
    PERFORM FROM trade.orders
      WHERE order_id IN (SELECT order_id FROM removed) ORDER BY order_id FOR NO KEY UPDATE;
    PERFORM FROM account.holdings
      WHERE holding_id IN (SELECT holding_id FROM removed JOIN trade.orders USING (order_id))
      ORDER BY holding_id FOR NO KEY UPDATE;
    -- Booked later is what has the later cash entry, see trade.replay.
    IF EXISTS (SELECT FROM removed JOIN account.cash_entries AS entry USING (execution_id)
                 JOIN trade.orders AS placed ON placed.order_id = removed.order_id
                 JOIN trade.orders AS other USING (holding_id)
                 JOIN trade.executions AS standing ON standing.order_id = other.order_id
                 JOIN account.cash_entries AS later ON later.execution_id = standing.execution_id
                WHERE later.cash_entry_id > entry.cash_entry_id)
       OR EXISTS (SELECT FROM removed JOIN account.cash_entries AS entry USING (execution_id)
                    JOIN trade.orders AS placed ON placed.order_id = removed.order_id
                    JOIN trade.action_entries AS action USING (holding_id)
                   WHERE action.booked > entry.cash_entry_id) THEN
        RAISE EXCEPTION 'execution_followed: other executions or actions followed on the same holding'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_followed',
                  HINT = 'Reverse it (reverse_execution, or insert a row with reverses_id).';
    END IF;
    UPDATE trade.executions SET reversed_at = NULL WHERE execution_id IN (SELECT reverses_id FROM removed);
    FOR gone IN SELECT DISTINCT order_id FROM removed ORDER BY order_id LOOP
        PERFORM trade.rebook(gone.order_id);
    END LOOP;
    PERFORM trade.tell_uncovered_sales(ARRAY(SELECT holding_id FROM removed JOIN trade.orders USING (order_id)));
    PERFORM trade.mark_picks(ARRAY(SELECT pick_id FROM removed JOIN trade.orders USING (order_id)));
    DELETE FROM account.cash_entries WHERE execution_id IN (SELECT execution_id FROM removed);
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION trade.place_of_action(the_holding bigint, starts timestamp with time zone, booked bigint)
 RETURNS bigint
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    first_after bigint;
    last_before bigint;
BEGIN
    SELECT min(cash_entry_id) FILTER (WHERE executed_time >= starts),
           max(cash_entry_id) FILTER (WHERE executed_time < starts)
      INTO first_after, last_before
      FROM trade.executions JOIN trade.orders USING (order_id) JOIN account.cash_entries USING (execution_id)
     WHERE holding_id = the_holding AND reverses_id IS NULL AND reversed_at IS NULL;
    IF first_after < last_before THEN
        RAISE EXCEPTION 'action_order: fills of holding % from before and after the effective date are booked out of order',
            the_holding
            USING ERRCODE = 'check_violation', CONSTRAINT = 'action_order',
                  HINT = 'Reverse the fills of the effective date and after, apply the action, and book them again.';
    END IF;
    RETURN least(first_after, booked);
END
$function$;
CREATE OR REPLACE FUNCTION trade.place_order(the_portfolio bigint, the_stock bigint, its_side text, shares bigint, its_type text, limit_at numeric, stop_at numeric, expiry timestamp with time zone, the_pick bigint, placed_by text)
 RETURNS SETOF orders
 LANGUAGE plpgsql
AS $function$
DECLARE
    held bigint := (SELECT holding_id FROM account.holdings
                     WHERE portfolio_id = the_portfolio AND stock_id = the_stock);
BEGIN
    IF held IS NULL THEN
        INSERT INTO account.holdings (portfolio_id, stock_id, quantity, avg_purchase_price)
        VALUES (the_portfolio, the_stock, 0, 0) ON CONFLICT (portfolio_id, stock_id) DO NOTHING;
        held := (SELECT holding_id FROM account.holdings WHERE portfolio_id = the_portfolio AND stock_id = the_stock);
    END IF;
    RETURN QUERY INSERT INTO trade.orders (holding_id, pick_id, order_type, side, quantity, limit_price, stop_price,
                                           expires_at, created_by)
    VALUES (held, the_pick, its_type, its_side, shares, limit_at, stop_at, expiry, placed_by) RETURNING *;
END
$function$;
CREATE OR REPLACE FUNCTION trade.price_on_grid(market_type text, price numeric, upwards boolean)
 RETURNS numeric
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
    SELECT greatest(tick, tick * CASE WHEN upwards THEN ceil(price / tick) ELSE floor(price / tick) END)
      FROM market.tick(market_type, price) AS tick
$function$;
CREATE OR REPLACE FUNCTION trade.rebook(the_order bigint, not_yet bigint[] DEFAULT '{}'::bigint[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    placed trade.orders;
    after trade.position;
    filled bigint;
BEGIN
    SELECT * INTO placed FROM trade.orders WHERE order_id = the_order FOR NO KEY UPDATE;
    PERFORM FROM account.holdings WHERE holding_id = placed.holding_id FOR NO KEY UPDATE;
    SELECT coalesce(sum(executed_quantity), 0) INTO filled
      FROM trade.executions
     WHERE order_id = the_order AND reverses_id IS NULL AND reversed_at IS NULL AND execution_id <> ALL (not_yet);
    after := trade.replay(placed.holding_id, not_yet);
    IF after.lowest < 0 THEN
        RAISE EXCEPTION 'execution_needed: later sales of holding % need the shares of this fill', placed.holding_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_needed', HINT = 'Reverse the later sales first.';
    END IF;

    UPDATE trade.orders
       SET filled_quantity = filled,
           status = CASE WHEN status IN ('CANCELLED', 'REJECTED') THEN status
                         WHEN filled = 0 THEN 'PENDING'
                         WHEN filled < quantity THEN 'PARTIAL_FILLED'
                         ELSE 'FILLED' END
     WHERE order_id = the_order;
    UPDATE account.holdings
       SET quantity = after.quantity, avg_purchase_price = after.average, realized_pnl = after.realized
     WHERE holding_id = placed.holding_id;
END
$function$;
CREATE OR REPLACE FUNCTION trade.record_execution(the_order bigint, shares bigint, price numeric, charged numeric, taxed numeric, at timestamp with time zone, rate numeric, ref text)
 RETURNS SETOF executions
 LANGUAGE plpgsql
AS $function$
BEGIN
    RETURN QUERY INSERT INTO trade.executions (order_id, executed_quantity, executed_price, commission, tax, executed_time,
                                               fx_rate, exchange_ref)
    VALUES (the_order, shares, price, charged, taxed, coalesce(at, now()), rate, ref)
        ON CONFLICT (order_id, exchange_ref) DO NOTHING RETURNING *;
END
$function$;
CREATE OR REPLACE FUNCTION trade.refuse_before_action(the_holding bigint, executed timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF EXISTS (SELECT FROM trade.action_entries AS entry
                 JOIN market.corporate_actions AS action USING (action_id) JOIN market.stocks AS stock USING (stock_id)
                WHERE entry.holding_id = the_holding AND entry.reverses_id IS NULL AND entry.reversed_at IS NULL
                  AND entry.ratio <> entry.per
                  AND market.day_starts(stock.market_type, action.effective_date) > executed) THEN
        RAISE EXCEPTION 'execution_before_action: a split since % is booked on holding % already', executed, the_holding
            USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_before_action',
                  HINT = 'Reverse the action, book the fill, and apply the action again.';
    END IF;
END
$function$;
CREATE OR REPLACE FUNCTION trade.refuse_fill(the_order bigint, shares bigint)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
    placed trade.orders;
BEGIN
    SELECT * INTO placed FROM trade.orders WHERE order_id = the_order FOR NO KEY UPDATE;
    IF placed.holding_id IS NULL THEN
        RAISE EXCEPTION 'execution_of_proposal: order % proposes a pick and has no holding yet', placed.order_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_of_proposal',
                  HINT = 'Give the order a holding first.';
    ELSIF placed.status = 'REJECTED' THEN
        RAISE EXCEPTION 'execution_of_rejected: order % was rejected', placed.order_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_of_rejected',
                  HINT = 'Check the broker''s order number.';
    END IF;
    RAISE EXCEPTION 'execution_overfill: order % is for %, % are filled, % more are too many',
        placed.order_id, placed.quantity, placed.filled_quantity, shares
        USING ERRCODE = 'check_violation', CONSTRAINT = 'execution_overfill',
              HINT = 'Check the fill with the broker; a real over-fill needs an order of its own.';
END
$function$;
CREATE OR REPLACE FUNCTION trade.replay(the_holding bigint, not_yet bigint[] DEFAULT '{}'::bigint[], upto bigint DEFAULT NULL::bigint)
 RETURNS "position"
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT trade.position_after(side, shares, price, charges ORDER BY booked NULLS LAST, is_fill, number)
      FROM (SELECT 'BUY' AS side, opening_quantity AS shares, opening_price AS price, 0::numeric AS charges, 0 AS booked,
                   false AS is_fill, 0 AS number
              FROM account.holdings WHERE holding_id = the_holding
            UNION ALL
            -- An action that counts at the number of a fill comes before it.
            SELECT 'ACTION', per::bigint, ratio, -cash_amount, place, false, action_entry_id
              FROM trade.action_entries
             WHERE holding_id = the_holding AND reverses_id IS NULL AND reversed_at IS NULL AND place IS NOT NULL
            UNION ALL
            SELECT side, executed_quantity, executed_price, commission + tax, cash_entry_id, true, execution_id
              FROM trade.executions JOIN trade.orders USING (order_id) LEFT JOIN account.cash_entries USING (execution_id)
             WHERE holding_id = the_holding AND reverses_id IS NULL AND reversed_at IS NULL
               AND execution_id <> ALL (not_yet)) AS fills
     WHERE upto IS NULL OR booked < upto
$function$;
CREATE OR REPLACE FUNCTION trade.split_orders(entry action_entries, starts timestamp with time zone, locked bigint[])
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    placed trade.orders;
    changed trade.orders;
    market text;
    shares bigint;
    story jsonb := '[]';
BEGIN
    SELECT market_type INTO market
      FROM account.holdings JOIN market.stocks USING (stock_id) WHERE holding_id = entry.holding_id;
    FOR placed IN
        SELECT * FROM trade.orders
         WHERE order_id = ANY (locked) AND holding_id = entry.holding_id AND status IN ('PENDING', 'PARTIAL_FILLED')
           AND order_time < starts
           AND NOT EXISTS (SELECT FROM trade.executions
                            WHERE executions.order_id = orders.order_id AND executed_time >= starts
                              AND reverses_id IS NULL AND reversed_at IS NULL)
         ORDER BY order_id
    LOOP
        shares := div((placed.quantity - placed.filled_quantity) * entry.ratio, entry.per);
        UPDATE trade.orders
           SET quantity = CASE WHEN shares > 0 THEN filled_quantity + shares ELSE quantity END,
               status = CASE WHEN shares > 0 THEN status ELSE 'CANCELLED' END,
               status_reason = CASE WHEN shares > 0 THEN status_reason ELSE 'corporate action' END,
               limit_price = trade.price_on_grid(market, limit_price * entry.per / entry.ratio, side = 'SELL'),
               stop_price = trade.price_on_grid(market, stop_price * entry.per / entry.ratio, side = 'BUY')
         WHERE order_id = placed.order_id
        RETURNING * INTO changed;
        story := story || jsonb_build_object(
            'order_id', placed.order_id, 'before', trade.terms(placed), 'after', trade.terms(changed));
    END LOOP;
    RETURN nullif(story, '[]');
END
$function$;
CREATE OR REPLACE FUNCTION trade.take_back_action(entry action_entries, locked bigint[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    original trade.action_entries;
BEGIN
    SELECT * INTO original FROM trade.action_entries WHERE action_entry_id = entry.reverses_id;
    IF original.ratio <> original.per
       AND (EXISTS (SELECT FROM trade.executions JOIN trade.orders USING (order_id) JOIN account.cash_entries USING (execution_id)
                     WHERE holding_id = entry.holding_id AND reverses_id IS NULL AND reversed_at IS NULL
                       AND cash_entry_id > original.booked)
            OR EXISTS (SELECT FROM trade.action_entries AS later
                        WHERE holding_id = entry.holding_id AND reverses_id IS NULL AND reversed_at IS NULL
                          AND booked > original.booked)) THEN
        RAISE EXCEPTION 'action_followed: fills or actions were booked on holding % after action entry %',
            entry.holding_id, original.action_entry_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'action_followed', HINT = 'Reverse those first, newest first.';
    END IF;

    UPDATE trade.action_entries SET reversed_at = now() WHERE action_entry_id = original.action_entry_id;
    UPDATE trade.action_entries
       SET ratio = original.ratio, per = original.per, quantity_before = original.quantity_after,
           quantity_after = original.quantity_before, average_before = original.average_after,
           average_after = original.average_before, fraction = original.fraction,
           fraction_price = original.fraction_price, cash_amount = -original.cash_amount, orders = original.orders,
           booked = nextval(pg_get_serial_sequence('account.cash_entries', 'cash_entry_id'))
     WHERE action_entry_id = entry.action_entry_id;
    -- An order that somebody changed since is theirs.
    UPDATE trade.orders
       SET quantity = was.quantity, limit_price = was.limit_price, stop_price = was.stop_price, status = was.status,
           status_reason = was.status_reason
      FROM jsonb_array_elements(original.orders) AS changed
     CROSS JOIN LATERAL jsonb_to_record(changed -> 'before') AS was (
           quantity bigint, limit_price numeric, stop_price numeric, status varchar, status_reason varchar)
     WHERE orders.order_id = (changed ->> 'order_id')::bigint
       AND orders.order_id = ANY (locked)
       AND trade.terms(orders) = changed -> 'after';
    PERFORM trade.move_holding(entry.holding_id, trade.replay(entry.holding_id));
END
$function$;
CREATE OR REPLACE FUNCTION trade.tell_uncovered_sales(the_holdings bigint[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO system.alerts (alert_type, severity, module, message, data)
    SELECT 'WARNING', 'HIGH', 'trade',
           format('Open SELL orders of holding %s wait for %s shares, and %s are held:'
                  ' cancel or lower them at the broker and here, or book the buys that are missing.', holding_id, waiting, held),
           jsonb_build_object('holding_id', holding_id, 'held', held, 'waiting', waiting, 'orders', orders)
      FROM trade.uncovered_sales(the_holdings);
END
$function$;
CREATE OR REPLACE FUNCTION trade.terms(placed orders)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
    SELECT jsonb_build_object('quantity', placed.quantity, 'limit_price', placed.limit_price,
                              'stop_price', placed.stop_price, 'status', placed.status,
                              'status_reason', placed.status_reason)
$function$;
CREATE OR REPLACE FUNCTION trade.uncovered_sales(the_holdings bigint[])
 RETURNS TABLE(holding_id bigint, held bigint, waiting numeric, orders bigint[])
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT h.holding_id, h.quantity, sum(o.quantity - o.filled_quantity), array_agg(o.order_id ORDER BY o.order_id)
      FROM account.holdings AS h JOIN trade.orders AS o ON o.holding_id = h.holding_id
     WHERE h.holding_id = ANY (the_holdings) AND o.side = 'SELL' AND o.status IN ('PENDING', 'PARTIAL_FILLED')
     GROUP BY h.holding_id
    HAVING sum(o.quantity - o.filled_quantity) > h.quantity
     ORDER BY h.holding_id
$function$;
