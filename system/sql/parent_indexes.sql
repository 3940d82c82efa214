-- The keys and indexes of a partitioned table, each as the statement that makes its like on another table: what comes
-- before that table's name, and what after it. Keys first: a key needs its constraint to be attached as one.
SELECT CASE WHEN key.oid IS NOT NULL THEN 'ALTER TABLE'
            WHEN index.indisunique THEN 'CREATE UNIQUE INDEX ON'
            ELSE 'CREATE INDEX ON' END,
       CASE WHEN key.oid IS NOT NULL THEN 'ADD ' || pg_catalog.pg_get_constraintdef(key.oid)
            ELSE substring(pg_catalog.pg_get_indexdef(index.indexrelid) FROM ' (USING .*)$') END
  FROM pg_catalog.pg_index AS index
  LEFT JOIN pg_catalog.pg_constraint AS key ON key.conindid = index.indexrelid AND key.contype IN ('p', 'u')
 WHERE index.indrelid = %s::regclass
 ORDER BY key.oid IS NULL, index.indexrelid
