-- Shares, orders and cash of a booked action would no longer follow from anything.
DO $$
BEGIN
    IF EXISTS (SELECT FROM trade.action_entries WHERE reverses_id IS NULL AND reversed_at IS NULL) THEN
        RAISE EXCEPTION 'corporate actions are booked on holdings'
            USING HINT = 'Take them back in the back office first, the latest first; then migrate backwards.';
    END IF;
END
$$;
DROP FUNCTION trade.refuse_before_action;
DROP FUNCTION trade.take_back_action;
DROP FUNCTION trade.move_holding;
DROP FUNCTION trade.apply_action;
DROP FUNCTION trade.terms;
DROP FUNCTION trade.split_orders;
DROP FUNCTION trade.mark_split;
DROP FUNCTION trade.place_of_action;
DROP FUNCTION trade.held_at;
DROP FUNCTION trade.price_on_grid;
