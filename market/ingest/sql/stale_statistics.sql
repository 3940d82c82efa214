-- Whether much has changed since the prices were last analysed as a whole, and the server can do so. `reltuples` is -1
-- where a table never was.
SELECT current_setting('server_version_num')::int >= 180000
       AND greatest(%(changed)s, sum(greatest(month.reltuples, 0)) - known.rows) > %(least)s + %(share)s * known.rows
  FROM (SELECT greatest(reltuples, 0) AS rows FROM pg_catalog.pg_class WHERE oid = 'market.daily_prices'::regclass) AS known
 CROSS JOIN (pg_catalog.pg_inherits JOIN pg_catalog.pg_class AS month ON month.oid = inhrelid)
 WHERE inhparent = 'market.daily_prices'::regclass
 GROUP BY known.rows
