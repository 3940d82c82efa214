"""Triggers that no client can switch off, declared with pgtrigger beside the fields they guard.

pgtrigger's own template lets any session skip a trigger by `SET pgtrigger.ignore`, which an engine could do too, and
makes the function in the first schema of the search path. Ours has no such door, puts the function in the table's
schema, and resolves names in `pg_catalog` only, so that bodies name every schema and cannot be hijacked.
"""

from pathlib import Path
from typing import Any

import pgtrigger
from django.db import models
from pgtrigger import compiler


def body(anchor: str, name: str) -> str:
    """The text of `triggers/<name>.sql` in the app of the models file `anchor`: a whole PL/pgSQL block."""
    app = next(folder for folder in Path(anchor).parents if (folder / "triggers").is_dir())
    return (app / "triggers" / f"{name}.sql").read_text()


class Trigger(pgtrigger.Trigger):
    """A pgtrigger whose `func` is a whole PL/pgSQL block (`[DECLARE …] BEGIN … END`).

    `definer=True` runs it with the rights of the owner: for ledger writers, which move tables that the caller may
    not touch directly.
    """

    def __init__(self, *, definer: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.definer = definer

    def compile(self, model: models.Model) -> compiler.Trigger:
        pgid = self.get_pgid(model)
        return CompiledTrigger(
            name=str(self.name),
            sql=TriggerSql(
                pgid=pgid,
                schema=model._meta.app_label,
                security="DEFINER" if self.definer else "INVOKER",
                func=self.render_func(model).strip().rstrip(";"),
                table=model._meta.db_table,
                constraint="CONSTRAINT" if self.timing else "",
                when=str(self.when),
                operation=str(self.operation),
                timing=f"DEFERRABLE INITIALLY {self.timing}" if self.timing else "",
                referencing=str(self.referencing or ""),
                level=str(self.level),
                condition=self.render_condition(model),
            ),
        )


def touch(name: str, column: str) -> Trigger:
    """A trigger that keeps `column` at the time of the row's last change."""
    return Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"BEGIN\n    NEW.{column} := now();\n    RETURN NEW;\nEND",
    )


class TriggerSql(compiler.UpsertTriggerSql):
    """The statements that install a trigger. Migrations refer to this class: a new template needs a new one."""

    def __init__(self, *, schema: str, security: str, hash: str | None = None, **kwargs: str) -> None:
        self.schema, self.security = schema, security
        super().__init__(hash=hash, **kwargs)
        self.kwargs |= {"schema": schema, "security": security}

    def get_template(self) -> str:
        # What differs for each trigger is filled in here; UpsertTriggerSql fills in the rest.
        return TEMPLATE.replace("{schema}", self.schema).replace("{security}", self.security)


class CompiledTrigger(compiler.Trigger):
    """A trigger in a migration's state; removing it removes its function too."""

    @property
    def uninstall_sql(self) -> str:
        sql: Any = self.sql
        return f'DROP TRIGGER IF EXISTS {sql.pgid} ON "{sql.table}"; DROP FUNCTION IF EXISTS {sql.schema}.{sql.pgid}();'


TEMPLATE = """
CREATE OR REPLACE FUNCTION {schema}.{pgid}() RETURNS trigger
LANGUAGE plpgsql SECURITY {security} SET search_path = pg_catalog, pg_temp AS $body$
{func}
$body$;

DROP TRIGGER IF EXISTS {pgid} ON {table};
CREATE {constraint} TRIGGER {pgid} {when} {operation} ON {table} {timing} {referencing}
    FOR EACH {level} {condition} EXECUTE FUNCTION {schema}.{pgid}();
COMMENT ON TRIGGER {pgid} ON {table} IS '{hash}';
"""
