-- Until a block range is summarised, every search by BRIN reads it.
SELECT brin_summarize_new_values(index.indexrelid)
  FROM pg_catalog.pg_index AS index
  JOIN pg_catalog.pg_class AS class ON class.oid = index.indexrelid
  JOIN pg_catalog.pg_am AS method ON method.oid = class.relam
 WHERE method.amname = 'brin' AND index.indrelid = ANY (%(partitions)s::text[]::regclass[])
