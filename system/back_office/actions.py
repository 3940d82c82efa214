"""Actions that ask before they act, and why; on one row in a dialog, on selected rows on a page of its own.

What is done to selected rows is done to one after the other, each in a transaction of its own: what one of them is
refused does not stop the others, and no row stays locked while the next one is worked on.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.db import DatabaseError, models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextInputWidget

from system.back_office.refusals import in_words, refusal
from system.refused import Refused

Row = TypeVar("Row")

# Acting on more rows at once takes longer than a person waits for a page.
MOST = 500
SHOWN = 20


class Question(BaseDialogForm):  # type: ignore[misc]
    """What an action asks. Refusals that belong to no field stand above the fields."""

    def render_before_template(self) -> str:
        return render_to_string("unfold/helpers/messages/error.html", {"errors": self.non_field_errors()})


class ReasonQuestion(Question):
    reason = forms.CharField(
        label=_("reason"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Stands in the history of what is changed."),
    )


@dataclass(frozen=True)
class Deed:
    """Something that an operator does to rows, after being asked.

    `do(row, answers, actor)` does it to one row, and may raise `Refused`; `done` tells of how many rows it was done to,
    with `%(count)s` for the number. `when(row)` says whether a row's page offers it at all.
    """

    name: str
    title: Any
    question: Any
    do: Callable[[Any, dict[str, Any], str], object]
    done: Any
    form: type[Question] = ReasonQuestion
    icon: str = "edit"
    variant: ActionVariant = ActionVariant.DEFAULT
    permissions: tuple[str, ...] = ("change",)
    when: Callable[[Any], bool] = lambda row: True
    # Which of the selected rows come first.
    order: str = "pk"

    def words(self, count: int) -> str:
        return str(self.done % {"count": count})


def on_row(deed: Deed) -> Any:
    """The action `<name>_this` of a row's page: asks in a dialog, and tells a refusal there."""
    dialog = {
        "title": deed.title,
        "description": deed.question,
        "form_class": deed.form,
        "form_submit_text": deed.title,
    }

    def act(admin: Any, request: HttpRequest, form: Question, object_id: str) -> HttpResponse:
        row = admin.get_object(request, object_id)
        refused = _("This row is gone.") if row is None else attempt(deed, row, form.cleaned_data, request)
        if refused:
            form.add_error(None, refused)
            facts = {"dialog": dialog, "form": form, "form_submit_text": deed.title}
            return render(request, "unfold/helpers/dialog.html", facts)
        admin.message_user(request, deed.words(1), messages.SUCCESS)
        return HttpResponse(headers={"HX-Redirect": _page(admin, "change", row.pk)})

    act.__name__ = f"{deed.name}_this"
    path = deed.name.replace("_", "-")
    shown = {"description": deed.title, "icon": deed.icon, "variant": deed.variant, "url_path": path}
    offered = action(permissions=deed.permissions, dialog=dialog, **shown)(act)
    offered.deed = deed
    return offered


def on_selected(deed: Deed) -> Any:
    """The action `<name>_selected` of a list: asks on a page of its own, then acts row by row and counts."""

    @row_by_row(deed.title, deed.permissions)
    def act(admin: Any, request: HttpRequest, rows: Any) -> HttpResponse | None:
        chosen = few(admin, request, rows.order_by(deed.order))
        form = asked(request, deed.form)
        if not chosen or not form.is_valid():
            return ask(admin, request, chosen, form, title=deed.title, question=deed.question) if chosen else None
        rows = each_alone(request, chosen)
        refused = [(row, words) for row in rows if (words := attempt(deed, row, form.cleaned_data, request))]
        if done := len(chosen) - len(refused):
            admin.message_user(request, deed.words(done), messages.SUCCESS)
        tell_refused(admin, request, refused)
        return None

    return act


def row_by_row(title: Any, permissions: Iterable[str]) -> Callable[[Any], Any]:
    """Mark a list's action that commits row by row, where others are done wholly or not at all."""

    def mark(act: Any) -> Any:
        act.short_description, act.allowed_permissions, act.row_by_row = title, permissions, True
        return act

    return mark


def each_alone(request: HttpRequest, rows: Iterable[Row]) -> Iterator[Row]:
    """Give one row after the other, and end the transaction before the next: what was done is kept, no lock is."""
    for row in rows:
        yield row
        if acting := getattr(request, "acting", None):
            acting.go_on()


def few(admin: Any, request: HttpRequest, rows: Any) -> list[Any]:
    """The selected rows; none, and a word why, when they are too many."""
    chosen = list(rows[: MOST + 1])
    if len(chosen) <= MOST:
        return chosen
    admin.message_user(request, _("Select %(count)s rows at most.") % {"count": MOST}, messages.ERROR)
    return []


def asked(request: HttpRequest, form: type[Question], **initial: Any) -> Question:
    """The form as it was answered, or empty when it has not been shown yet."""
    return form(request=request, data=request.POST if "_form_submitted" in request.POST else None, initial=initial)


def ask(admin: Any, request: HttpRequest, rows: list[Any], form: Question, **words: Any) -> HttpResponse:
    """The page that names the selected rows and asks; `words` are its title and question."""
    facts = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        **words,
        "form": form,
        "action": request.POST["action"],
        "keys": [row.pk for row in rows],
        "named": named(admin, rows),
    }
    return render(request, "system/back_office/ask.html", facts)


def named(admin: Any, rows: list[Any]) -> list[str]:
    """What rows are called: some of them, and how many more there are."""
    names = [admin.describe(row) for row in rows[:SHOWN]]
    if more := len(rows) - len(names):
        names.append(ngettext("and %(count)s more", "and %(count)s more", more) % {"count": more})
    return names


def attempt(deed: Deed, row: models.Model, answers: dict[str, Any], request: HttpRequest) -> str | None:
    """Do it; return what was refused, in words."""
    try:
        with transaction.atomic():
            deed.do(row, answers, request.user.get_username())
    except Refused as refused:
        return in_words(refused, type(row))
    except DatabaseError as error:
        if words := refusal(error, type(row)):
            return words
        raise
    return None


def tell_refused(admin: Any, request: HttpRequest, refused: list[tuple[Any, str]]) -> None:
    for row, words in refused[:SHOWN]:
        admin.message_user(request, f"{admin.describe(row)}: {words}", messages.ERROR)
    if (more := len(refused) - SHOWN) > 0:
        words = ngettext("%(count)s more was refused.", "%(count)s more were refused.", more)
        admin.message_user(request, words % {"count": more}, messages.ERROR)


def _page(admin: Any, page: str, key: Any) -> str:
    return reverse(f"{admin.admin_site.name}:{admin.opts.app_label}_{admin.opts.model_name}_{page}", args=[key])
