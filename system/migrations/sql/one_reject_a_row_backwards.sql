-- What was deleted was out of date: there is nothing to bring back.
SELECT 1
