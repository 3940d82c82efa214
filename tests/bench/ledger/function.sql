-- One stored function that does the writes, on the twins.
\set holding random(1, 2000)
SELECT twin.buy(:holding, 10, 99, 1, 'bench');
