-- Clients never type these keys; the ledger's own are drawn. (OVERRIDING SYSTEM VALUE remains, and settlement bears it.)
ALTER TABLE trade.orders ALTER COLUMN order_id SET GENERATED ALWAYS;
ALTER TABLE trade.executions ALTER COLUMN execution_id SET GENERATED ALWAYS;
ALTER TABLE trade.action_entries ALTER COLUMN action_entry_id SET GENERATED ALWAYS;

-- As wide as the columns that a position is written to.
ALTER TYPE trade.position ALTER ATTRIBUTE average TYPE numeric(24, 6) CASCADE, ALTER ATTRIBUTE realized TYPE numeric(38, 2) CASCADE;

-- Only triggers call it, with the owner's rights and a closed path: a second change of both cost every order.
ALTER FUNCTION trade.admit(trade.orders) SECURITY INVOKER RESET search_path;

-- Before a fill is reversed that was booked before a split: what it would reopen of its order is in shares that are no more.
-- A filled order is closed instead. One that the split has changed, or that is still open, waits for the split to be reversed.
CREATE FUNCTION trade.close_before_action(the_order bigint, original bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
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
$$;
COMMENT ON FUNCTION trade.close_before_action IS 'Keep a reversed fill from reopening an order in shares from before a split';
REVOKE EXECUTE ON FUNCTION trade.close_before_action FROM PUBLIC;
