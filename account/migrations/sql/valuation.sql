-- Percent of cost; zero where nothing was paid, NULL without a price. A rate that its column cannot hold says no more than
-- the column's last value does, and must not stop the price that it comes from.
CREATE FUNCTION account.unrealized_rate(quantity bigint, average numeric, close_price numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN close_price IS NULL THEN NULL
                WHEN quantity > 0 AND average > 0 THEN least((close_price / average - 1) * 100, 9999999999.99)
                ELSE 0 END
$$;
COMMENT ON FUNCTION account.unrealized_rate IS 'Unrealised P&L in percent of cost';

-- Value in KRW: cash and holdings, each at the newest rate not after today in Seoul. NULL when a rate or a price that is
-- needed is missing; never a guess, never 1:1.
CREATE FUNCTION account.portfolio_value(the_portfolio bigint) RETURNS numeric
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
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
                         GROUP BY currency) AS sums) AS rated);
END
$$;
COMMENT ON FUNCTION account.portfolio_value(bigint) IS 'Cash and holdings in KRW; NULL when a price or rate is missing';

-- What keeps a portfolio from being valued, for the alert: currencies without a rate and stocks without a price.
CREATE FUNCTION account.missing_for_value(the_portfolio bigint) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
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
$$;
COMMENT ON FUNCTION account.missing_for_value(bigint) IS 'Currencies without a rate and tickers without a price';

-- Have these portfolios valued anew, locked in the order of their keys.
CREATE FUNCTION account.touch_portfolios(portfolio_ids bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM FROM account.portfolio
      WHERE portfolio_id = ANY (portfolio_ids) ORDER BY portfolio_id FOR NO KEY UPDATE;
    UPDATE account.portfolio SET updated_at = now() WHERE portfolio_id = ANY (portfolio_ids);
END
$$;
COMMENT ON FUNCTION account.touch_portfolios(bigint[]) IS 'Value these portfolios anew';
REVOKE EXECUTE ON FUNCTION account.touch_portfolios(bigint[]) FROM PUBLIC;

-- Value the holdings of all queued stocks, and then their portfolios, in one statement each. The same arithmetic as the
-- trigger value_holding; holdings, then portfolios, each in the order of their keys.
CREATE FUNCTION account.revalue_queued() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
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
          FROM (SELECT holding_id AS key, price.close_price, price.trade_date
                  FROM account.holdings LEFT JOIN market.latest_prices AS price USING (stock_id)
                 WHERE stock_id = ANY (changed)) AS held
         WHERE holding_id = key
        RETURNING portfolio_id
    )
    SELECT array_agg(DISTINCT portfolio_id) INTO touched FROM revalued;
    PERFORM account.touch_portfolios(touched);
END
$$;
COMMENT ON FUNCTION account.revalue_queued() IS 'Value the holdings of the stocks in account.revaluations, and their portfolios';
REVOKE EXECUTE ON FUNCTION account.revalue_queued() FROM PUBLIC;
