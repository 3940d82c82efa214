"""Who changed what: every change of an audited row becomes an event row beside it, whichever client made it.

django-pghistory makes the event models and carries the context (user, request, reason) of Python callers; the triggers
that write the events are of our own kind, so that no session can switch them off and clients need no rights on the
events. Plain SQL has no context, and is known by its database login.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import pghistory
import pghistory.models
import pgtrigger
from django.db import models
from django.db.models import Func
from django.utils.translation import gettext_lazy as _

from system.constraints import PRINCIPAL
from system.triggers import Trigger

LOGIN = Func(template="session_user", output_field=models.CharField())
APPEND_ONLY = """
BEGIN
    RAISE EXCEPTION 'history_append_only: history is neither changed nor deleted'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'history_append_only';
END
"""

Model = TypeVar("Model", bound=type[models.Model])


class AuditEvent(pghistory.models.Event):
    """One change of one row: the row after it (before it, for a deletion), when, by whom and why."""

    pgh_id = models.BigAutoField(_("number"), primary_key=True)
    principal = models.CharField(_("user"), max_length=150, db_default=PRINCIPAL, db_comment="The acting user")
    login = models.CharField(_("login"), max_length=63, db_default=LOGIN, db_comment="The database login")

    class Meta:
        abstract = True


class AuditTrigger(Trigger):
    """Writes one event. Runs as the owner: clients need, and get, no rights on event tables."""

    def __init__(self, *, event_model: type[models.Model], label: str, row: str, **kwargs: Any) -> None:
        super().__init__(func="-- rendered from the event model", definer=True, when=pgtrigger.After, **kwargs)
        self.event_model, self.label, self.row = event_model, label, row

    def render_func(self, model: models.Model) -> str:
        tracked = {field.name for field in model._meta.fields}
        columns = [str(field.column) for field in self.event_model._meta.fields if field.name in tracked]
        names = ", ".join(["pgh_created_at", "pgh_label", "pgh_obj_id", "pgh_context", *columns])
        values = ", ".join(f"{self.row}.{column}" for column in [str(model._meta.pk.column), *columns])
        key, _comma, facts = values.partition(", ")
        table = f"{model._meta.app_label}.{self.event_model._meta.db_table}"
        return (
            f"BEGIN\n    INSERT INTO {table} ({names})\n"
            f"    VALUES (now(), '{self.label}', {key},"
            f" system.history_context(), {facts});\n"
            "    RETURN NULL;\nEND"
        )


class _OurTrigger:
    """Makes a pghistory tracker write its events with `AuditTrigger`."""

    def add_event_trigger(self: Any, event_model: Any) -> None:
        pgtrigger.register(
            AuditTrigger(
                event_model=event_model,
                label=self.label,
                row=self.row,
                name=f"audit_{self.label}",
                operation=self.operation,
                condition=self.condition,
            )
        )(event_model.pgh_tracked_model)


class Inserted(_OurTrigger, pghistory.InsertEvent):
    pass


class Updated(_OurTrigger, pghistory.UpdateEvent):
    pass


class Deleted(_OurTrigger, pghistory.DeleteEvent):
    pass


def audited(table: str, *, exclude: list[str] | None = None) -> Callable[[Model], Model]:
    """Decorate a model to keep its history in `table`, in the model's schema.

    `exclude` names what is computed and would bury the changes that people make, such as valuations.
    """

    def decorate(model: Model) -> Model:
        pghistory.create_event_model(
            model,
            Inserted(),
            Updated(),
            Deleted(),
            model_name=f"{model.__name__}Event",
            base_model=AuditEvent,
            exclude=exclude,
            obj_field=pghistory.ObjForeignKey(related_name="events", db_index=False),
            context_field=pghistory.ContextJSONField(),
            context_id_field=None,  # type: ignore[arg-type]
            meta=_event_meta(table, model),
            abstract=False,
        )
        return model

    return decorate


def _event_meta(table: str, model: type[models.Model]) -> dict[str, Any]:
    return {
        "db_table": table,
        "db_table_comment": f"Every change of {model._meta.db_table}, append-only",
        "ordering": ["-pgh_id"],
        # One row's history, newest first.
        "indexes": [models.Index(fields=["pgh_obj", "-pgh_id"], name=f"idx_{table}_row")],
        "triggers": [
            Trigger(
                name="append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=APPEND_ONLY,
            )
        ],
    }
