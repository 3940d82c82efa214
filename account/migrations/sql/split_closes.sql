-- A close in the shares that a holding counts: one from before its newest split is of the shares before.
CREATE FUNCTION account.close_for(close_price numeric, trade_date date, split_on date, split_ratio numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN trade_date < split_on THEN close_price / split_ratio ELSE close_price END
$$;
COMMENT ON FUNCTION account.close_for IS 'A close in the shares that a holding counts';

-- Value the holdings of all queued stocks, and then their portfolios, in one statement each. The same arithmetic as the
-- trigger value_holding; holdings, then portfolios, each in the order of their keys.
CREATE OR REPLACE FUNCTION account.revalue_queued() RETURNS void
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
$$;
