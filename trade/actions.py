"""Corporate actions on what we hold. Doors to `trade.action_entries`, whose trigger does the work for every client."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from account.models import Holding
from market.models import CorporateAction
from system.acting import acting_as
from system.asked import Asked
from system.refused import Refused, refusals_as
from trade.models import ActionEntry
from trade.rules import RULES

DUE_ACTIONS = (Path(__file__).parent / "sql" / "due_actions.sql").read_text()
# How far back a day is looked for on which nobody applied an action.
MISSED = timedelta(days=30)
A_DAY = timedelta(days=1)


class ActionRefused(Refused):
    """An action cannot be booked on a holding, or taken back, as asked."""


ASKED = Asked(ActionRefused)


@dataclass
class Applied:
    """What became of the actions of a day: entries booked, holdings refused, and actions that a missed day left out."""

    entries: list[ActionEntry] = field(default_factory=list)
    refused: list[tuple[CorporateAction, int, ActionRefused]] = field(default_factory=list)
    missed: list[CorporateAction] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "applied": [_entry_as_json(entry) for entry in self.entries],
            "refused": [
                {**_as_json(action), "holding_id": holding_id, "rule": refusal.rule, "reason": str(refusal)}
                for action, holding_id, refusal in self.refused
            ],
            "missed": [_as_json(action) for action in self.missed],
        }

    def lines(self) -> Iterator[str]:
        """What an operator reads."""
        for entry in self.entries:
            yield _("%(action)s on holding %(holding)s: %(before)s → %(after)s shares, %(cash)s in cash.") % {
                "action": _told(entry.action),
                "holding": entry.holding_id,
                "before": entry.quantity_before,
                "after": entry.quantity_after,
                "cash": entry.cash_amount,
            }
        for action, holding_id, refusal in self.refused:
            yield _("%(action)s on holding %(holding)s was refused: %(reason)s") % {
                "action": _told(action),
                "holding": holding_id,
                "reason": RULES.get(refusal.rule, refusal),
            }
        for action in self.missed:
            yield _("%(action)s was not applied. If the holdings do not contain it, run with --date %(day)s.") % {
                "action": _told(action),
                "day": action.effective_date,
            }


def apply_actions(day: date | None = None, *, actor: str) -> Applied:
    """Book the actions that are effective on `day` on all holdings; without one, on the day that each exchange has now.

    What is booked already is left alone, so a second run changes nothing. On a given day also holdings on which it was
    taken back are moved again: somebody asks for it. One refusal does not stop the others. Days of the last month that
    nobody ran are only reported: what a holding was opened with may contain its actions.
    """
    ASKED.actor(actor)
    applied = Applied()
    with acting_as(actor, reason="corporate action"):
        for action_id, holdings in _due(day, day, again=day is not None):
            _apply(action_id, holdings, actor, applied)
    until = max(day or date.today(), date.min + MISSED + A_DAY) - A_DAY
    missed = [action_id for action_id, _holdings in _due(until - MISSED, until, again=False)]
    applied.missed = list(_actions().filter(action_id__in=missed).order_by("effective_date", "action_id"))
    return applied


def apply_action(action: CorporateAction, *, actor: str, reason: str) -> list[ActionEntry]:
    """Book one action on every holding that it moves and that does not contain it, also where it was taken back.

    All or nothing, on whatever day it was effective; raises `ActionRefused`, also where there is nothing to move.
    """
    ASKED.actor(actor)
    ASKED.text("reason", reason)
    ASKED.row("action", action, CorporateAction)
    day = action.effective_date
    due = [holding for _action, holdings in _due(day, day, again=True, action=action) for holding in holdings]
    # Where nothing is due, the ledger says of one holding why not.
    holdings = due or list(Holding.objects.filter(stock=action.stock_id).values_list("pk", flat=True)[:1])
    if not holdings:
        raise ActionRefused("action_nothing_held", str(RULES["action_nothing_held"]))
    with acting_as(actor, reason=reason):
        return _book(action, holdings, actor)


def is_booked(action: CorporateAction) -> bool:
    """Whether the action stands on any holding."""
    return _standing(action).exists()


def reverse_action(action: CorporateAction, *, actor: str, reason: str) -> list[ActionEntry]:
    """Take an action back on every holding it was booked on: shares, average, open orders and cash, exactly.

    All or nothing; raises `ActionRefused` where fills or other actions were booked on the shares that it made.
    """
    ASKED.actor(actor)
    ASKED.text("reason", reason)
    ASKED.row("action", action, CorporateAction)
    standing = _standing(action).order_by("holding").select_related("holding")
    with refusals_as(ActionRefused), acting_as(actor, reason=reason), transaction.atomic():
        reversals = ActionEntry.objects.bulk_create(
            ActionEntry(action=action, holding=entry.holding, reverses=entry, created_by=actor) for entry in standing
        )
    return _entries(reversals)


def _standing(action: CorporateAction) -> "QuerySet[ActionEntry]":
    return ActionEntry.objects.filter(action=action, reverses=None, reversed_at=None)


def _due(
    first: date | None, last: date | None, *, again: bool, action: CorporateAction | None = None
) -> list[tuple[int, list[int]]]:
    facts = {"first": first, "last": last, "again": again, "action": action.pk if action else None}
    with connection.cursor() as cursor:
        cursor.execute(DUE_ACTIONS, facts)
        rows = cursor.fetchall()
    return [(key, [holding for _key, holding in group]) for key, group in groupby(rows, lambda row: row[0])]


def _apply(action_id: int, holdings: list[int], actor: str, applied: Applied) -> None:
    """All holdings of an action in one statement; where one is refused, one by one."""
    action = _actions().get(pk=action_id)
    try:
        applied.entries += _book(action, holdings, actor)
    except ActionRefused as refusal:
        if len(holdings) == 1:
            applied.refused.append((action, holdings[0], refusal))
            return
        for holding_id in holdings:
            _apply(action_id, [holding_id], actor, applied)


def _book(action: CorporateAction, holdings: list[int], actor: str) -> list[ActionEntry]:
    with refusals_as(ActionRefused), transaction.atomic():
        booked = ActionEntry.objects.bulk_create(
            ActionEntry(action=action, holding_id=holding_id, created_by=actor) for holding_id in holdings
        )
    return _entries(booked)


def _entries(made: list[ActionEntry]) -> list[ActionEntry]:
    """As the trigger left them."""
    numbers = [entry.pk for entry in made]
    return list(ActionEntry.objects.filter(pk__in=numbers).select_related("action__stock").order_by("action_entry_id"))


def _actions() -> "QuerySet[CorporateAction]":
    return CorporateAction.objects.select_related("stock")


def _told(action: CorporateAction) -> str:
    return f"{action.get_kind_display()} {action.stock.ticker} {action.effective_date}"


def _as_json(action: CorporateAction) -> dict[str, Any]:
    return {
        "action_id": action.pk,
        "kind": action.kind,
        "ticker": action.stock.ticker,
        "effective_date": str(action.effective_date),
    }


def _entry_as_json(entry: ActionEntry) -> dict[str, Any]:
    return {
        **_as_json(entry.action),
        "action_entry_id": entry.pk,
        "holding_id": entry.holding_id,
        "quantity_before": entry.quantity_before,
        "quantity_after": entry.quantity_after,
        "average_before": str(entry.average_before),
        "average_after": str(entry.average_after),
        "cash_amount": str(entry.cash_amount),
        "orders": [order["order_id"] for order in entry.orders or []],
    }
