DROP FUNCTION system.history_context();
CREATE OR REPLACE FUNCTION system.principal() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN session_user = 'aegis_app'
            THEN coalesce(nullif(current_setting('aegis.principal', true), ''), session_user)
            ELSE session_user END;
