-- One line of SQL for each object of the six schemas, in an order that does not change: the schema as the catalogue has
-- it. Partitions are left out, for they come and go with the calendar; so are PostgreSQL 18's catalogued NOT NULLs,
-- which the columns show on every version.
WITH relation AS (
    SELECT c.oid, c.relkind, n.nspname || '.' || c.relname AS name, n.nspname
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ANY (%(schemas)s) AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition
), line AS (
    SELECT name AS object, 0 AS rank, '' AS sub,
           CASE relkind WHEN 'v' THEN 'VIEW ' || name || ' AS ' || pg_get_viewdef(oid)
                        ELSE 'TABLE ' || name || coalesce(' PARTITION BY ' || pg_get_partkeydef(oid), '') END AS sql
      FROM relation
    UNION ALL
    SELECT name, 1, lpad(attnum::text, 4, '0'),
           format('    %%s %%s%%s%%s%%s', attname, format_type(atttypid, atttypmod),
                  CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END,
                  CASE attidentity WHEN 'd' THEN ' IDENTITY' WHEN 'a' THEN ' IDENTITY ALWAYS' ELSE '' END,
                  CASE WHEN attgenerated = 's' THEN ' GENERATED ' || pg_get_expr(adbin, adrelid)
                       WHEN adbin IS NOT NULL THEN ' DEFAULT ' || pg_get_expr(adbin, adrelid) ELSE '' END)
      FROM relation JOIN pg_attribute ON attrelid = oid AND attnum > 0 AND NOT attisdropped
      LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    UNION ALL
    SELECT name, 2, conname, format('    CONSTRAINT %%s %%s', conname, pg_get_constraintdef(pg_constraint.oid))
      FROM relation JOIN pg_constraint ON conrelid = relation.oid AND contype NOT IN ('n', 't')
    UNION ALL
    SELECT name, 3, indexrelid::regclass::text, '    ' || pg_get_indexdef(indexrelid)
      FROM relation JOIN pg_index ON indrelid = oid
    UNION ALL
    SELECT name, 4, tgname, '    ' || pg_get_triggerdef(pg_trigger.oid)
      FROM relation JOIN pg_trigger ON tgrelid = relation.oid AND NOT tgisinternal
    UNION ALL
    SELECT name, 5, lpad(objsubid::text, 4, '0'),
           format('    COMMENT ON %%s IS %%L', coalesce('COLUMN ' || attname, 'TABLE'), description)
      FROM relation JOIN pg_description ON objoid = oid AND classoid = 'pg_class'::regclass
      LEFT JOIN pg_attribute ON attrelid = oid AND attnum = objsubid AND objsubid > 0
    UNION ALL
    SELECT name, 6, '', '    ROW LEVEL SECURITY' || CASE WHEN relforcerowsecurity THEN ' FORCED' ELSE '' END
      FROM relation JOIN pg_class USING (oid) WHERE relrowsecurity
    UNION ALL
    -- The owner has another name in each installation, and is no part of the schema.
    SELECT name, 6, polname,
           format('    POLICY %%s FOR %%s TO %%s', polname, CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT'
                  WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
                  (SELECT string_agg(CASE member WHEN relowner THEN 'OWNER' ELSE pg_get_userbyid(member) END, ', '
                                     ORDER BY pg_get_userbyid(member)) FROM unnest(polroles) AS member))
               || coalesce(' USING (' || pg_get_expr(polqual, polrelid) || ')', '')
               || coalesce(' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')', '')
      FROM relation JOIN pg_class USING (oid) JOIN pg_policy ON polrelid = relation.oid
    UNION ALL
    SELECT name, 7, grantee::regrole::text,
           format('    GRANT %%s TO %%s', string_agg(privilege || coalesce(' (' || columns || ')', ''), ', '
                                                     ORDER BY privilege), grantee::regrole)
      FROM (SELECT name, grantee, privilege_type AS privilege, NULL AS columns
              FROM relation JOIN pg_class USING (oid), aclexplode(relacl) WHERE grantee NOT IN (0, relowner)
             UNION ALL
            SELECT name, grantee, privilege_type, string_agg(attname, ', ' ORDER BY attname)
              FROM relation JOIN pg_class USING (oid) JOIN pg_attribute ON attrelid = relation.oid, aclexplode(attacl)
             WHERE grantee NOT IN (0, relowner) GROUP BY name, grantee, privilege_type) AS granted
     GROUP BY name, grantee
    UNION ALL
    SELECT n.nspname || '.' || proname || '()', 9, pg_get_function_identity_arguments(p.oid), pg_get_functiondef(p.oid)
      FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
     WHERE n.nspname = ANY (%(schemas)s) AND prokind IN ('f', 'p')
)
SELECT rtrim(sql, E' \n;') || ';' FROM line ORDER BY split_part(object, '.', 1), rank = 9, object, rank, sub COLLATE "C"
