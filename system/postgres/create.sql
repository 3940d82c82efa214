CREATE ROLE aegis LOGIN CREATEDB CREATEROLE;

GRANT pg_monitor, pg_signal_backend, pg_checkpoint TO aegis;

CREATE EXTENSION pg_stat_statements;

GRANT EXECUTE ON FUNCTION pg_stat_statements_reset(oid, oid, bigint, boolean) TO aegis;

CREATE DATABASE aegis OWNER aegis;

