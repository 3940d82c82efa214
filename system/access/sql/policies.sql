-- Policies as PostgreSQL understood them. The caller reads with an empty search path, so that every name is written whole.
SELECT format('%%s.%%s', n.nspname, c.relname) AS name, polname,
       CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END AS verb,
       ARRAY(SELECT CASE WHEN member = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(member)::text END
               FROM unnest(polroles) AS member ORDER BY 1) AS roles,
       polpermissive,
       md5(format('%%s|%%s', pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))) AS meaning,
       obj_description(p.oid, 'pg_policy') AS comment
  FROM pg_catalog.pg_policy AS p JOIN pg_catalog.pg_class AS c ON c.oid = polrelid
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY (%(schemas)s)
 ORDER BY 1, 2
