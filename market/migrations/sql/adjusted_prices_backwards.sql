DROP VIEW market.adjusted_prices;
DROP AGGREGATE market.product(numeric);
DROP FUNCTION market.tick(text, numeric);
