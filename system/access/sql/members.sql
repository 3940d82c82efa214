-- What our roles belong to. PostgreSQL 16 and newer say of each membership whether it is inherited and may be taken by SET.
SELECT pg_get_userbyid(member) AS member, pg_get_userbyid(roleid) AS role,
       bool_or(coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, false)) AS inherits,
       bool_or(coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)) AS may_set,
       bool_or(admin_option) AS administers
  FROM pg_catalog.pg_auth_members AS m WHERE pg_get_userbyid(member) = ANY (%(roles)s) GROUP BY 1, 2 ORDER BY 1, 2
