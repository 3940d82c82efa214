DROP FUNCTION trade.bare_reference(text);
DROP FUNCTION trade.tell_uncovered_sales(bigint[]);
DROP FUNCTION trade.uncovered_sales(bigint[]);
