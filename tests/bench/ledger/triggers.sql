-- Our triggers: the client inserts an order and its fill, and the database does the rest.
\set holding random(1, 2000)
BEGIN;
INSERT INTO trade.orders (holding_id, order_type, side, quantity) VALUES (:holding, 'MARKET', 'BUY', 10) RETURNING order_id \gset
INSERT INTO trade.executions (order_id, executed_quantity, executed_price, commission, exchange_ref) VALUES (:order_id, 10, 99, 1, 'bench');
COMMIT;
