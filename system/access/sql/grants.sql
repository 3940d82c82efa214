-- Every right that somebody other than the owner has in this database and our schemas, whoever granted it.
WITH ours AS (
    SELECT c.oid, c.relkind, format('%%s.%%s', n.nspname, c.relname) AS name, c.relowner AS owner, c.relacl
      FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
     WHERE n.nspname = ANY (%(schemas)s) AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend
                        WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
), held AS (
    SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind, name, owner, NULL::text AS attname, relacl AS acl
      FROM ours
    UNION ALL
    SELECT 'TABLE', name, owner, attname, attacl
      FROM ours JOIN pg_catalog.pg_attribute ON attrelid = ours.oid AND attnum > 0 AND NOT attisdropped
     WHERE attacl IS NOT NULL
    UNION ALL
    SELECT 'SCHEMA', nspname, nspowner, NULL, coalesce(nspacl, acldefault('n', nspowner))
      FROM pg_catalog.pg_namespace WHERE nspname = ANY (%(schemas)s)
    UNION ALL
    SELECT 'DATABASE', datname, datdba, NULL, coalesce(datacl, acldefault('d', datdba))
      FROM pg_catalog.pg_database WHERE datname = current_database()
    UNION ALL
    -- Functions that run with their owner's rights. Those of triggers cannot be called.
    SELECT 'FUNCTION', format('%%s.%%s(%%s)', nspname, proname, pg_get_function_identity_arguments(p.oid)), proowner, NULL,
           coalesce(proacl, acldefault('f', proowner))
      FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = pronamespace
     WHERE nspname = ANY (%(schemas)s) AND prosecdef AND prorettype <> 'trigger'::regtype
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend
                        WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e')
)
SELECT kind, name, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee) END AS grantee,
       privilege_type || CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END AS privilege, attname AS column_name
  FROM held, aclexplode(acl)
 WHERE grantee <> owner
   AND NOT (kind = 'SCHEMA' AND name = 'public' AND grantee = 0 AND privilege_type = 'USAGE')
   -- The owner of a database that owns the schema public through pg_database_owner.
   AND NOT (kind = 'SCHEMA' AND grantee = (SELECT datdba FROM pg_catalog.pg_database WHERE datname = current_database()))
