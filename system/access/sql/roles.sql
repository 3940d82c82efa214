SELECT rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolinherit
  FROM pg_catalog.pg_roles WHERE rolname = ANY (%(roles)s)
