DROP FUNCTION trade.mark_picks(bigint[]);
DROP FUNCTION trade.rebook;
DROP FUNCTION trade.admit(trade.orders);
DROP FUNCTION trade.replay;
DROP AGGREGATE trade.position_after(text, bigint, numeric, numeric);
DROP FUNCTION trade.after_fill(trade.position, text, bigint, numeric, numeric);
DROP TYPE trade.position;
