-- The acting user: the one that the web login states for its transaction (`aegis.user`), else the login itself. A person
-- with a database login of their own cannot pass for another by stating a name, nor by taking a role. Whoever the web login
-- has not named is nobody: it owns no row.
CREATE OR REPLACE FUNCTION system.principal() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN session_user = 'aegis_app'
            THEN coalesce(nullif(current_setting('aegis.user', true), ''), session_user)
            ELSE session_user END;

-- Who changed a row is known by `principal` and `login`. The context of a history row is what a program states, and is a
-- program's word: only the web login and the owner, as whom this runs, may name a user there.
CREATE FUNCTION system.history_context() RETURNS jsonb
LANGUAGE sql STABLE
-- Like `principal`, parsed here and now, and expanded into the statement that writes the history.
RETURN CASE WHEN session_user IN ('aegis_app', current_user)
            THEN nullif(current_setting('pghistory.context_metadata', true), '')::jsonb
            WHEN jsonb_typeof(nullif(current_setting('pghistory.context_metadata', true), '')::jsonb) = 'object'
            THEN nullif(current_setting('pghistory.context_metadata', true), '')::jsonb - 'user' END;
COMMENT ON FUNCTION system.history_context() IS 'What the program that makes a change states about it';
