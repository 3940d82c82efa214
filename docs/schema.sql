-- The schema that `manage.py migrate` makes, as the catalogue tells it. `make snapshot` writes this file.

TABLE account.holdings;
    holding_id bigint NOT NULL IDENTITY;
    portfolio_id bigint NOT NULL;
    stock_id bigint NOT NULL;
    quantity bigint NOT NULL;
    avg_purchase_price numeric(18,6) NOT NULL;
    current_value numeric(20,2);
    unrealized_pnl numeric(20,2);
    unrealized_pnl_rate numeric(12,2);
    realized_pnl numeric(20,2) NOT NULL DEFAULT 0;
    valued_on date;
    last_updated timestamp with time zone NOT NULL DEFAULT now();
    CONSTRAINT chk_holdings_average CHECK (((avg_purchase_price >= (0)::numeric) AND (avg_purchase_price < 'Infinity'::numeric)));
    CONSTRAINT chk_holdings_quantity CHECK ((quantity >= 0));
    CONSTRAINT fk_holdings_portfolio FOREIGN KEY (portfolio_id) REFERENCES portfolio(portfolio_id) ON DELETE RESTRICT;
    CONSTRAINT fk_holdings_stock FOREIGN KEY (stock_id) REFERENCES stocks(stock_id) ON DELETE RESTRICT;
    CONSTRAINT holdings_pkey PRIMARY KEY (holding_id);
    CONSTRAINT idx_holdings_portfolio UNIQUE (portfolio_id, stock_id);
    CREATE UNIQUE INDEX holdings_pkey ON account.holdings USING btree (holding_id);
    CREATE INDEX idx_holdings_pnl ON account.holdings USING btree (unrealized_pnl_rate DESC NULLS LAST);
    CREATE UNIQUE INDEX idx_holdings_portfolio ON account.holdings USING btree (portfolio_id, stock_id);
    CREATE INDEX idx_holdings_stock ON account.holdings USING btree (stock_id);
    CREATE TRIGGER pgtrigger_update_holding_value_50725 BEFORE UPDATE ON account.holdings FOR EACH ROW WHEN (((pg_trigger_depth() = 0) OR (((old.quantity IS DISTINCT FROM new.quantity) OR (old.avg_purchase_price IS DISTINCT FROM new.avg_purchase_price)) OR (old.stock_id IS DISTINCT FROM new.stock_id)))) EXECUTE FUNCTION pgtrigger_update_holding_value_50725();
    CREATE TRIGGER pgtrigger_value_holding_on_insert_9575f BEFORE INSERT ON account.holdings FOR EACH ROW EXECUTE FUNCTION pgtrigger_value_holding_on_insert_9575f();
    COMMENT ON TABLE IS 'Positions at average cost, valued at the latest close';
    COMMENT ON COLUMN quantity IS 'Shares';
    COMMENT ON COLUMN avg_purchase_price IS 'Trading currency; fees are outside of it';
    COMMENT ON COLUMN current_value IS 'Trading currency; NULL while no price is known';
    COMMENT ON COLUMN unrealized_pnl IS 'Trading currency';
    COMMENT ON COLUMN unrealized_pnl_rate IS 'Percent of cost';
    COMMENT ON COLUMN realized_pnl IS 'Trading currency, after commission and tax';
    COMMENT ON COLUMN valued_on IS 'Date of the close used';
TABLE account.portfolio;
    portfolio_id bigint NOT NULL IDENTITY;
    name character varying(100) NOT NULL;
    strategy_type character varying(30);
    target_return numeric(6,2);
    max_drawdown numeric(6,2);
    initial_capital numeric(15,0) NOT NULL;
    current_value numeric(20,2);
    is_active boolean NOT NULL DEFAULT true;
    created_by character varying(150) NOT NULL DEFAULT principal();
    created_at timestamp with time zone NOT NULL DEFAULT now();
    updated_at timestamp with time zone NOT NULL DEFAULT now();
    CONSTRAINT chk_portfolio_capital CHECK (((initial_capital >= (0)::numeric) AND (initial_capital < 'Infinity'::numeric)));
    CONSTRAINT chk_portfolio_drawdown CHECK (((max_drawdown > (0)::numeric) AND (max_drawdown <= (100)::numeric)));
    CONSTRAINT chk_portfolio_named CHECK ((NOT ((name)::text = ''::text)));
    CONSTRAINT portfolio_pkey PRIMARY KEY (portfolio_id);
    CREATE UNIQUE INDEX portfolio_pkey ON account.portfolio USING btree (portfolio_id);
    CREATE TRIGGER pgtrigger_update_portfolio_updated_at_38a2a BEFORE UPDATE ON account.portfolio FOR EACH ROW EXECUTE FUNCTION pgtrigger_update_portfolio_updated_at_38a2a();
    COMMENT ON TABLE IS 'Capital under one strategy, valued in KRW';
    COMMENT ON COLUMN target_return IS 'Percent';
    COMMENT ON COLUMN max_drawdown IS 'Percent, positive: 15 means that a fall of 15 percent from the peak is a breach';
    COMMENT ON COLUMN initial_capital IS 'KRW';
    COMMENT ON COLUMN current_value IS 'KRW';
    COMMENT ON COLUMN created_by IS 'Whose it is; traders see their own';
CREATE OR REPLACE FUNCTION account.pgtrigger_revalue_on_insert_fe0ba()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- The same arithmetic as value_holding, for all holdings of the stocks whose latest close changed, in one statement.
BEGIN
    UPDATE account.holdings
       SET current_value = quantity * price.close_price,
           unrealized_pnl = quantity * price.close_price - quantity * avg_purchase_price,
           unrealized_pnl_rate = CASE WHEN quantity * avg_purchase_price > 0
                                      THEN (price.close_price / avg_purchase_price - 1) * 100 ELSE 0 END,
           valued_on = price.trade_date,
           last_updated = now()
      FROM changed AS price
     WHERE holdings.stock_id = price.stock_id;
    RETURN NULL;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_revalue_on_update_96238()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
-- The same arithmetic as value_holding, for all holdings of the stocks whose latest close changed, in one statement.
BEGIN
    UPDATE account.holdings
       SET current_value = quantity * price.close_price,
           unrealized_pnl = quantity * price.close_price - quantity * avg_purchase_price,
           unrealized_pnl_rate = CASE WHEN quantity * avg_purchase_price > 0
                                      THEN (price.close_price / avg_purchase_price - 1) * 100 ELSE 0 END,
           valued_on = price.trade_date,
           last_updated = now()
      FROM changed AS price
     WHERE holdings.stock_id = price.stock_id;
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
    cost numeric := NEW.quantity * NEW.avg_purchase_price;
    price market.latest_prices;
BEGIN
    SELECT * INTO price FROM market.latest_prices WHERE stock_id = NEW.stock_id;
    NEW.current_value := NEW.quantity * price.close_price;
    NEW.unrealized_pnl := NEW.current_value - cost;
    NEW.unrealized_pnl_rate := CASE WHEN cost > 0 THEN NEW.unrealized_pnl / cost * 100
                                    WHEN price.stock_id IS NOT NULL THEN 0 END;
    NEW.valued_on := price.trade_date;
    NEW.last_updated := now();
    RETURN NEW;
END
$function$;
CREATE OR REPLACE FUNCTION account.pgtrigger_update_portfolio_updated_at_38a2a()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    NEW.updated_at := now();
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
    cost numeric := NEW.quantity * NEW.avg_purchase_price;
    price market.latest_prices;
BEGIN
    SELECT * INTO price FROM market.latest_prices WHERE stock_id = NEW.stock_id;
    NEW.current_value := NEW.quantity * price.close_price;
    NEW.unrealized_pnl := NEW.current_value - cost;
    NEW.unrealized_pnl_rate := CASE WHEN cost > 0 THEN NEW.unrealized_pnl / cost * 100
                                    WHEN price.stock_id IS NOT NULL THEN 0 END;
    NEW.valued_on := price.trade_date;
    NEW.last_updated := now();
    RETURN NEW;
END
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
    CONSTRAINT chk_backtest_results_capital CHECK (((initial_capital > (0)::numeric) AND (initial_capital < 'Infinity'::numeric) AND (final_value >= (0)::numeric) AND (final_value < 'Infinity'::numeric)));
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
    CONSTRAINT chk_ai_reports_risk CHECK (((risk_level)::text = ANY ((ARRAY['LOW'::character varying, 'MEDIUM'::character varying, 'HIGH'::character varying])::text[])));
    CONSTRAINT chk_ai_reports_sentiment CHECK (((sentiment_score >= ('-10'::integer)::numeric) AND (sentiment_score <= (10)::numeric)));
    CONSTRAINT chk_ai_reports_target CHECK (((target_price > (0)::numeric) AND (target_price < 'Infinity'::numeric)));
    CONSTRAINT fk_ai_reports_stock FOREIGN KEY (stock_id) REFERENCES stocks(stock_id) ON DELETE RESTRICT;
    CONSTRAINT idx_ai_reports_stock_date UNIQUE (stock_id, analysis_date, model_version);
    CREATE UNIQUE INDEX ai_reports_pkey ON brain.ai_reports USING btree (report_id);
    CREATE INDEX idx_ai_reports_date ON brain.ai_reports USING btree (analysis_date DESC);
    CREATE INDEX idx_ai_reports_sentiment ON brain.ai_reports USING btree (sentiment_score DESC NULLS LAST);
    CREATE UNIQUE INDEX idx_ai_reports_stock_date ON brain.ai_reports USING btree (stock_id, analysis_date, model_version);
    COMMENT ON TABLE IS 'AI analysis of one stock on one day by one model version';
    COMMENT ON COLUMN sentiment_score IS '-10 (bad) to 10 (good)';
    COMMENT ON COLUMN confidence_score IS '0 to 1';
    COMMENT ON COLUMN target_price IS 'Trading currency';
    COMMENT ON COLUMN raw_data IS 'What the model returned';
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
    CONSTRAINT chk_daily_picks_action CHECK (((action)::text = ANY ((ARRAY['BUY'::character varying, 'SELL'::character varying, 'HOLD'::character varying])::text[])));
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
    CREATE TRIGGER pgtrigger_pick_stock_2af67 BEFORE INSERT OR UPDATE OF report_id, stock_id ON brain.daily_picks FOR EACH ROW EXECUTE FUNCTION pgtrigger_pick_stock_2af67();
    COMMENT ON TABLE IS 'Advice to buy, sell or hold a report''s stock on one day';
    COMMENT ON COLUMN stock_id IS 'The report''s stock';
    COMMENT ON COLUMN expected_return IS 'Percent';
    COMMENT ON COLUMN holding_period IS 'Expected days to hold';
    COMMENT ON COLUMN is_executed IS 'True from the first fill on';
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
    changes numeric(6,2);
    created_at timestamp with time zone NOT NULL DEFAULT now();
    CONSTRAINT chk_daily_prices_amount CHECK (((amount >= (0)::numeric) AND (amount < 'Infinity'::numeric)));
    CONSTRAINT chk_daily_prices_range CHECK (((open_price > (0)::numeric) AND (open_price < 'Infinity'::numeric) AND (high_price > (0)::numeric) AND (high_price < 'Infinity'::numeric) AND (low_price > (0)::numeric) AND (low_price < 'Infinity'::numeric) AND (high_price >= low_price)));
    CONSTRAINT chk_price_positive CHECK (((close_price > (0)::numeric) AND (close_price < 'Infinity'::numeric) AND (volume >= 0) AND ((volume)::numeric < 'Infinity'::numeric)));
    CONSTRAINT fk_daily_prices_stock FOREIGN KEY (stock_id) REFERENCES stocks(stock_id) ON DELETE RESTRICT;
    CONSTRAINT idx_daily_prices_stock_date PRIMARY KEY (stock_id, trade_date);
    CREATE INDEX idx_daily_prices_date ON ONLY market.daily_prices USING brin (trade_date) WITH (autosummarize='on');
    CREATE INDEX idx_daily_prices_id ON ONLY market.daily_prices USING brin (price_id) WITH (autosummarize='on', pages_per_range='32');
    CREATE UNIQUE INDEX idx_daily_prices_stock_date ON ONLY market.daily_prices USING btree (stock_id, trade_date);
    CREATE INDEX idx_daily_prices_volume ON ONLY market.daily_prices USING btree (trade_date, volume DESC);
    CREATE TRIGGER pgtrigger_latest_price_on_delete_f66ea AFTER DELETE ON market.daily_prices REFERENCING OLD TABLE AS departed FOR EACH STATEMENT EXECUTE FUNCTION pgtrigger_latest_price_on_delete_f66ea();
    CREATE TRIGGER pgtrigger_latest_price_on_insert_13a8e AFTER INSERT ON market.daily_prices REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION pgtrigger_latest_price_on_insert_13a8e();
    CREATE TRIGGER pgtrigger_latest_price_on_update_15a50 AFTER UPDATE ON market.daily_prices REFERENCING OLD TABLE AS departed NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION pgtrigger_latest_price_on_update_15a50();
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
TABLE market.latest_prices;
    stock_id bigint NOT NULL;
    trade_date date NOT NULL;
    close_price numeric(14,4) NOT NULL;
    CONSTRAINT chk_latest_prices_close CHECK (((close_price > (0)::numeric) AND (close_price < 'Infinity'::numeric)));
    CONSTRAINT fk_latest_prices_stock FOREIGN KEY (stock_id) REFERENCES stocks(stock_id) ON DELETE CASCADE;
    CONSTRAINT latest_prices_pkey PRIMARY KEY (stock_id);
    CREATE UNIQUE INDEX latest_prices_pkey ON market.latest_prices USING btree (stock_id);
    CREATE TRIGGER pgtrigger_revalue_on_insert_fe0ba AFTER INSERT ON market.latest_prices REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION pgtrigger_revalue_on_insert_fe0ba();
    CREATE TRIGGER pgtrigger_revalue_on_update_96238 AFTER UPDATE ON market.latest_prices REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION pgtrigger_revalue_on_update_96238();
    COMMENT ON TABLE IS 'The newest close of each stock; valuation reads this one row instead of all partitions';
    COMMENT ON COLUMN close_price IS 'Trading currency';
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
    CONSTRAINT chk_stocks_market_cap CHECK (((market_cap >= (0)::numeric) AND (market_cap < 'Infinity'::numeric)));
    CONSTRAINT chk_stocks_market_type CHECK (((market_type)::text = ANY ((ARRAY['KOSPI'::character varying, 'KOSDAQ'::character varying, 'NYSE'::character varying, 'NASDAQ'::character varying])::text[])));
    CONSTRAINT chk_stocks_named CHECK (((NOT ((ticker)::text = ''::text)) AND (NOT ((name)::text = ''::text))));
    CONSTRAINT idx_stocks_ticker UNIQUE (ticker);
    CONSTRAINT stocks_pkey PRIMARY KEY (stock_id);
    CREATE INDEX idx_stocks_market_cap ON market.stocks USING btree (market_cap DESC NULLS LAST);
    CREATE INDEX idx_stocks_sector ON market.stocks USING btree (sector);
    CREATE UNIQUE INDEX idx_stocks_ticker ON market.stocks USING btree (ticker);
    CREATE UNIQUE INDEX stocks_pkey ON market.stocks USING btree (stock_id);
    CREATE TRIGGER pgtrigger_update_stocks_updated_at_fdd8c BEFORE UPDATE ON market.stocks FOR EACH ROW EXECUTE FUNCTION pgtrigger_update_stocks_updated_at_fdd8c();
    COMMENT ON TABLE IS 'Stock master: KOSPI, KOSDAQ, NYSE and NASDAQ';
    COMMENT ON COLUMN ticker IS 'Exchange code; not all digits, e.g. 00088K';
    COMMENT ON COLUMN currency IS 'Trading currency, from the market';
    COMMENT ON COLUMN market_cap IS 'KRW for KOSPI and KOSDAQ, USD for NYSE and NASDAQ; of the newest loaded day';
    COMMENT ON COLUMN is_active IS 'False once delisted';
CREATE OR REPLACE FUNCTION market.pgtrigger_latest_price_on_delete_f66ea()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    bereft bigint[] := ARRAY(
        SELECT stock_id FROM departed JOIN market.latest_prices USING (stock_id, trade_date));
BEGIN
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
    -- Stocks whose newest price was moved to another day or another stock.
    moved bigint[] := ARRAY(
        SELECT departed.stock_id
          FROM departed JOIN market.latest_prices USING (stock_id, trade_date)
         WHERE NOT EXISTS (SELECT FROM arrived
                            WHERE (arrived.stock_id, arrived.trade_date) = (departed.stock_id, departed.trade_date)));
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
CREATE OR REPLACE FUNCTION market.refresh_latest_prices(stock_ids bigint[])
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    DELETE FROM market.latest_prices AS latest
     WHERE stock_id = ANY (stock_ids)
       AND NOT EXISTS (SELECT FROM market.daily_prices
                         JOIN market.stocks USING (stock_id)
                        WHERE daily_prices.stock_id = latest.stock_id AND trade_date <= market.today(market_type));
    INSERT INTO market.latest_prices AS latest (stock_id, trade_date, close_price)
    SELECT stock_id, newest.trade_date, newest.close_price
      FROM market.stocks
     CROSS JOIN LATERAL (
            SELECT trade_date, close_price
              FROM market.daily_prices
             WHERE daily_prices.stock_id = stocks.stock_id AND trade_date <= market.today(market_type)
             ORDER BY trade_date DESC LIMIT 1) AS newest
     WHERE stock_id = ANY (stock_ids)
        ON CONFLICT (stock_id) DO UPDATE
       SET trade_date = EXCLUDED.trade_date, close_price = EXCLUDED.close_price
     WHERE (latest.trade_date, latest.close_price) IS DISTINCT FROM (EXCLUDED.trade_date, EXCLUDED.close_price);
$function$;
CREATE OR REPLACE FUNCTION market.today(market_type text)
 RETURNS date
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
    SELECT (now() AT TIME ZONE CASE WHEN market_type IN ('KOSPI', 'KOSDAQ')
                                    THEN 'Asia/Seoul' ELSE 'America/New_York' END)::date
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
    CONSTRAINT chk_alerts_severity CHECK (((severity)::text = ANY ((ARRAY['CRITICAL'::character varying, 'HIGH'::character varying, 'MEDIUM'::character varying, 'LOW'::character varying])::text[])));
    CONSTRAINT chk_alerts_type CHECK (((alert_type)::text = ANY ((ARRAY['ERROR'::character varying, 'WARNING'::character varying, 'INFO'::character varying, 'TRADE_SIGNAL'::character varying])::text[])));
    CREATE UNIQUE INDEX alerts_pkey ON system.alerts USING btree (alert_id);
    CREATE INDEX idx_alerts_waiting ON system.alerts USING btree (created_at) WHERE (NOT is_acknowledged);
    COMMENT ON TABLE IS 'What an operator should look at, until acknowledged';
    COMMENT ON COLUMN module IS 'The part of AEGIS that raised it, e.g. trade';
    COMMENT ON COLUMN data IS 'Facts behind the message, for programs';
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
    CONSTRAINT chk_job_runs_state CHECK (((state)::text = ANY ((ARRAY['RUNNING'::character varying, 'SUCCEEDED'::character varying, 'FAILED'::character varying])::text[])));
    CONSTRAINT job_runs_pkey PRIMARY KEY (job_run_id);
    CREATE INDEX idx_job_runs_job_time ON system.job_runs USING btree (job, started_at DESC);
    CREATE UNIQUE INDEX job_runs_pkey ON system.job_runs USING btree (job_run_id);
    COMMENT ON TABLE IS 'Runs of operations commands';
    COMMENT ON COLUMN job IS 'The management command, e.g. load_prices';
    COMMENT ON COLUMN result IS 'What --json prints';
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
    CONSTRAINT chk_load_rejects_line CHECK (((line >= 0) AND ((line)::numeric < 'Infinity'::numeric)));
    CONSTRAINT load_rejects_pkey PRIMARY KEY (load_reject_id);
    CONSTRAINT uniq_load_rejects_row UNIQUE (file_digest, line, reason, loader);
    CREATE UNIQUE INDEX load_rejects_pkey ON system.load_rejects USING btree (load_reject_id);
    CREATE UNIQUE INDEX uniq_load_rejects_row ON system.load_rejects USING btree (file_digest, line, reason, loader);
    COMMENT ON TABLE IS 'Rows that loaders refused, kept until they are repaired';
    COMMENT ON COLUMN loader IS 'The command, e.g. load_prices';
    COMMENT ON COLUMN file_digest IS 'SHA-256 of the file, in hex';
    COMMENT ON COLUMN line IS '1 is the first line of the file, the header';
    COMMENT ON COLUMN reason IS 'A short code, e.g. close_not_positive';
    COMMENT ON COLUMN raw IS 'The row as the file has it, by column';
TABLE system.logs PARTITION BY RANGE (created_at);
    log_id bigint NOT NULL IDENTITY;
    log_level character varying(10) NOT NULL;
    logger character varying(100);
    message text NOT NULL;
    stack_trace text;
    request_id character varying(50);
    user_id character varying(150);
    created_at timestamp with time zone NOT NULL DEFAULT now();
    CONSTRAINT chk_logs_level CHECK (((log_level)::text = ANY ((ARRAY['DEBUG'::character varying, 'INFO'::character varying, 'WARN'::character varying, 'ERROR'::character varying, 'FATAL'::character varying])::text[])));
    CONSTRAINT pk_logs PRIMARY KEY (log_id, created_at);
    CREATE INDEX idx_logs_time ON ONLY system.logs USING btree (created_at);
    CREATE UNIQUE INDEX pk_logs ON ONLY system.logs USING btree (log_id, created_at);
    COMMENT ON TABLE IS 'Log lines of all programs, one partition for each day of Asia/Seoul';
    COMMENT ON COLUMN created_at IS 'Partition key';
CREATE OR REPLACE FUNCTION system.principal()
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT CASE WHEN session_user = 'aegis_app'
                THEN coalesce(nullif(current_setting('aegis.principal', true), ''), session_user)
                ELSE session_user END
$function$;
TABLE trade.executions;
    execution_id bigint NOT NULL IDENTITY;
    order_id bigint NOT NULL;
    executed_quantity bigint NOT NULL;
    executed_price numeric(14,4) NOT NULL;
    executed_time timestamp with time zone NOT NULL DEFAULT now();
    commission numeric(20,2) NOT NULL DEFAULT 0;
    tax numeric(20,2) NOT NULL DEFAULT 0;
    net_amount numeric(20,2);
    fx_rate numeric(18,6);
    exchange_ref character varying(100) NOT NULL;
    CONSTRAINT chk_executions_charges CHECK (((commission >= (0)::numeric) AND (commission < 'Infinity'::numeric) AND (tax >= (0)::numeric) AND (tax < 'Infinity'::numeric)));
    CONSTRAINT chk_executions_fx CHECK (((fx_rate > (0)::numeric) AND (fx_rate < 'Infinity'::numeric)));
    CONSTRAINT chk_executions_positive CHECK (((executed_quantity > 0) AND (executed_price > (0)::numeric) AND (executed_price < 'Infinity'::numeric)));
    CONSTRAINT chk_executions_ref CHECK ((NOT ((exchange_ref)::text = ''::text)));
    CONSTRAINT executions_pkey PRIMARY KEY (execution_id);
    CONSTRAINT fk_executions_order FOREIGN KEY (order_id) REFERENCES orders(order_id) ON DELETE RESTRICT;
    CONSTRAINT idx_executions_order UNIQUE (order_id, exchange_ref);
    CREATE UNIQUE INDEX executions_pkey ON trade.executions USING btree (execution_id);
    CREATE UNIQUE INDEX idx_executions_order ON trade.executions USING btree (order_id, exchange_ref);
    CREATE INDEX idx_executions_time ON trade.executions USING btree (executed_time DESC);
    COMMENT ON TABLE IS 'Fills, append-only';
    COMMENT ON COLUMN executed_quantity IS 'Shares';
    COMMENT ON COLUMN executed_price IS 'Trading currency, for one share';
    COMMENT ON COLUMN commission IS 'Trading currency';
    COMMENT ON COLUMN tax IS 'Trading currency';
    COMMENT ON COLUMN net_amount IS 'Trading currency, signed: what the cash account changes by';
    COMMENT ON COLUMN fx_rate IS 'KRW for one unit of the trading currency, if the broker reports it';
    COMMENT ON COLUMN exchange_ref IS 'The fill''s identity: a replay brings the same one';
TABLE trade.orders;
    order_id bigint NOT NULL IDENTITY;
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
    CONSTRAINT chk_order_quantity CHECK ((quantity > 0));
    CONSTRAINT chk_orders_expiry CHECK ((expires_at > order_time));
    CONSTRAINT chk_orders_filled CHECK (((filled_quantity >= 0) AND (filled_quantity <= quantity)));
    CONSTRAINT chk_orders_instrument CHECK (((holding_id IS NOT NULL) OR (pick_id IS NOT NULL)));
    CONSTRAINT chk_orders_price_for_type CHECK ((((NOT ((order_type)::text = 'LIMIT'::text)) OR ((limit_price IS NOT NULL) AND (stop_price IS NULL))) AND ((NOT ((order_type)::text = 'STOP'::text)) OR ((limit_price IS NULL) AND (stop_price IS NOT NULL))) AND ((NOT ((order_type)::text = 'MARKET'::text)) OR ((limit_price IS NULL) AND (stop_price IS NULL)))));
    CONSTRAINT chk_orders_price_positive CHECK (((limit_price > (0)::numeric) AND (limit_price < 'Infinity'::numeric) AND (stop_price > (0)::numeric) AND (stop_price < 'Infinity'::numeric)));
    CONSTRAINT chk_orders_side CHECK (((side)::text = ANY ((ARRAY['BUY'::character varying, 'SELL'::character varying])::text[])));
    CONSTRAINT chk_orders_status CHECK (((status)::text = ANY ((ARRAY['PENDING'::character varying, 'PARTIAL_FILLED'::character varying, 'FILLED'::character varying, 'CANCELLED'::character varying, 'REJECTED'::character varying])::text[])));
    CONSTRAINT chk_orders_status_filled CHECK ((((NOT ((status)::text = 'FILLED'::text)) OR (filled_quantity = quantity)) AND ((NOT ((status)::text = 'PARTIAL_FILLED'::text)) OR ((filled_quantity > 0) AND (filled_quantity < quantity))) AND ((NOT ((status)::text = ANY ((ARRAY['PENDING'::character varying, 'REJECTED'::character varying])::text[]))) OR (filled_quantity = 0))));
    CONSTRAINT chk_orders_type CHECK (((order_type)::text = ANY ((ARRAY['MARKET'::character varying, 'LIMIT'::character varying, 'STOP'::character varying])::text[])));
    CONSTRAINT fk_orders_holding FOREIGN KEY (holding_id) REFERENCES holdings(holding_id) ON DELETE RESTRICT;
    CONSTRAINT fk_orders_pick FOREIGN KEY (pick_id) REFERENCES daily_picks(pick_id) ON DELETE RESTRICT;
    CONSTRAINT orders_pkey PRIMARY KEY (order_id);
    CREATE INDEX idx_orders_holding ON trade.orders USING btree (holding_id);
    CREATE INDEX idx_orders_pick ON trade.orders USING btree (pick_id);
    CREATE INDEX idx_orders_status ON trade.orders USING btree (status) WHERE ((status)::text = ANY ((ARRAY['PENDING'::character varying, 'PARTIAL_FILLED'::character varying])::text[]));
    CREATE INDEX idx_orders_time ON trade.orders USING btree (order_time DESC);
    CREATE UNIQUE INDEX orders_pkey ON trade.orders USING btree (order_id);
    COMMENT ON TABLE IS 'Orders; status and filled quantity follow from executions';
    COMMENT ON COLUMN quantity IS 'Shares';
    COMMENT ON COLUMN limit_price IS 'Trading currency';
    COMMENT ON COLUMN stop_price IS 'Trading currency';
    COMMENT ON COLUMN filled_quantity IS 'Shares; sum of the executions';
    COMMENT ON COLUMN status_reason IS 'Why it was cancelled or rejected: expired, operator, or the broker''s words';
