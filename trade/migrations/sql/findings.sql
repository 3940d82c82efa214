-- Open SELL orders that wait for more shares than are held, of these holdings.
CREATE FUNCTION trade.uncovered_sales(the_holdings bigint[])
RETURNS TABLE (holding_id bigint, held bigint, waiting numeric, orders bigint[])
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT h.holding_id, h.quantity, sum(o.quantity - o.filled_quantity), array_agg(o.order_id ORDER BY o.order_id)
      FROM account.holdings AS h JOIN trade.orders AS o ON o.holding_id = h.holding_id
     WHERE h.holding_id = ANY (the_holdings) AND o.side = 'SELL' AND o.status IN ('PENDING', 'PARTIAL_FILLED')
     GROUP BY h.holding_id
    HAVING sum(o.quantity - o.filled_quantity) > h.quantity
     ORDER BY h.holding_id
$$;
COMMENT ON FUNCTION trade.uncovered_sales IS 'Open SELL orders for shares that are not held';
REVOKE EXECUTE ON FUNCTION trade.uncovered_sales FROM PUBLIC;

-- The orders stand at the exchange, so they are not closed here: an operator is told. Only triggers call it.
CREATE FUNCTION trade.tell_uncovered_sales(the_holdings bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO system.alerts (alert_type, severity, module, message, data)
    SELECT 'WARNING', 'HIGH', 'trade',
           format('Open SELL orders of holding %s wait for %s shares, and %s are held:'
                  ' cancel or lower them at the broker and here, or book the buys that are missing.', holding_id, waiting, held),
           jsonb_build_object('holding_id', holding_id, 'held', held, 'waiting', waiting, 'orders', orders)
      FROM trade.uncovered_sales(the_holdings);
END
$$;
COMMENT ON FUNCTION trade.tell_uncovered_sales IS 'Raise an alert for open SELL orders for shares that are not held';
REVOKE EXECUTE ON FUNCTION trade.tell_uncovered_sales FROM PUBLIC;

-- A fill's reference without the blanks at its edges, which are no part of it. Every character that Unicode calls a space.
CREATE FUNCTION trade.bare_reference(reference text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT btrim(reference, E' \t\n\u000B\f\r\u001C\u001D\u001E\u001F\u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006'
                            '\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000')
$$;
COMMENT ON FUNCTION trade.bare_reference IS 'A fill''s reference without the blanks at its edges';
REVOKE EXECUTE ON FUNCTION trade.bare_reference FROM PUBLIC;

-- References that were booked with blanks lose them, so that a replay finds its fill. Two fills that only blanks told apart stay,
-- and are for an operator to look at: either may be the one too many.
INSERT INTO system.alerts (alert_type, severity, module, message, data)
SELECT 'WARNING', 'HIGH', 'trade',
       format('Executions %s and %s of order %s have one reference but for blanks: if they are one fill, reverse one of them.',
              kept.execution_id, blank.execution_id, blank.order_id),
       jsonb_build_object('order_id', blank.order_id, 'executions', ARRAY[kept.execution_id, blank.execution_id])
  FROM trade.executions AS blank
  JOIN trade.executions AS kept ON kept.order_id = blank.order_id AND kept.execution_id <> blank.execution_id
                               AND trade.bare_reference(kept.exchange_ref) = trade.bare_reference(blank.exchange_ref)
 WHERE blank.exchange_ref <> trade.bare_reference(blank.exchange_ref)
   AND (kept.exchange_ref = trade.bare_reference(kept.exchange_ref) OR kept.execution_id < blank.execution_id);
UPDATE trade.executions AS blank
   SET exchange_ref = trade.bare_reference(exchange_ref)
 WHERE exchange_ref <> trade.bare_reference(exchange_ref)
   AND NOT EXISTS (SELECT FROM trade.executions AS other
                    WHERE other.order_id = blank.order_id AND other.execution_id <> blank.execution_id
                      AND trade.bare_reference(other.exchange_ref) = trade.bare_reference(blank.exchange_ref))
