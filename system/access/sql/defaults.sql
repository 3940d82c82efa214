-- Default privileges: rights that the next table, or the next partition, would be born with.
SELECT pg_get_userbyid(defaclrole) AS role, nspname AS schema,
       CASE defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES'
                          WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END AS kind,
       CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee) END AS grantee
  FROM pg_catalog.pg_default_acl LEFT JOIN pg_catalog.pg_namespace ON pg_namespace.oid = defaclnamespace,
       aclexplode(defaclacl)
 WHERE grantee <> defaclrole
   AND (nspname IS NULL OR nspname = ANY (%(schemas)s))
   -- An entry of the whole database replaces PostgreSQL's own default, which lets everybody run functions and use types.
   AND NOT (nspname IS NULL AND grantee = 0 AND defaclobjtype IN ('f', 'T'))
 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
