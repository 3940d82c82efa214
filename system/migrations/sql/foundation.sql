-- Every session of this database resolves the six schemas' names, whichever client it comes from.
DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I SET search_path = public, market, account, brain, trade, analytics, system',
                   current_database());
END
$$;

-- The acting user: the one that the web login states for its request, else the login itself. A person with a database
-- login of their own cannot pass for another by stating a name.
CREATE FUNCTION system.principal() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
-- Parsed here and now: no search path can mislead it later, so it needs none set and is expanded where it is used.
RETURN CASE WHEN session_user = 'aegis_app'
            THEN coalesce(nullif(current_setting('aegis.principal', true), ''), session_user)
            ELSE session_user END;
COMMENT ON FUNCTION system.principal() IS 'The acting user: stated by the web login for its request, else the login';
