"""What the drill's requests do: say what the database knows of them, and fail in every way that a view can."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from account.models import Portfolio
from market.models import Stock

FACTS = """
    SELECT session_user::text, current_user::text, coalesce(current_setting('aegis.user', true), ''),
           coalesce(current_setting('pghistory.context_metadata', true), '')::text,
           current_setting('transaction_read_only'), pg_backend_pid()
"""
NAMES = ("login", "role", "user", "context", "read_only", "backend")


def facts() -> dict[str, Any]:
    """What the database takes this connection for."""
    with connection.cursor() as cursor:
        cursor.execute(FACTS)
        return dict(zip(NAMES, cursor.fetchone(), strict=True))


def owners() -> list[str]:
    """Whose portfolios are seen."""
    return sorted(set(Portfolio.objects.values_list("created_by", flat=True)))


def answer() -> HttpResponse:
    return JsonResponse({**facts(), "owners": owners()})


def write(request: HttpRequest) -> None:
    """Add the stock that is asked for."""
    if ticker := request.GET.get("stock") or request.POST.get("stock"):
        Stock.objects.create(ticker=ticker, name=ticker, market_type="KOSPI")


def look(request: HttpRequest) -> HttpResponse:
    write(request)
    return answer()


def fail(request: HttpRequest) -> HttpResponse:
    write(request)
    owners()
    raise RuntimeError("in the middle")


def divide(request: HttpRequest) -> HttpResponse:
    write(request)
    run("SELECT 1 / 0")
    return answer()


def swallow(request: HttpRequest) -> HttpResponse:
    """Catches a database error without a savepoint: the transaction is lost, and must not look like a success."""
    write(request)
    with suppress(DatabaseError):
        run("SELECT 1 / 0")
    return HttpResponse("saved")


def savepoints(request: HttpRequest) -> HttpResponse:
    """Loses savepoints, one of them with another role in it, and goes on."""
    for statement in ("SELECT 1 / 0", "SELECT set_config('aegis.user', 'nobody', true), 1 / 0", "SELECT no_such()"):
        with suppress(DatabaseError), transaction.atomic():
            run(statement)
    with suppress(DatabaseError), transaction.atomic():
        run("SET LOCAL ROLE NONE")
        run("SELECT 1 / 0")
    return answer()


def pry(request: HttpRequest) -> HttpResponse:
    """Reads what no role but the administrator's may."""
    run("SELECT password FROM auth_user")
    return answer()


def later(request: HttpRequest) -> HttpResponse:
    """Sends rows that are read when the request is over."""

    def lines() -> Iterator[str]:
        yield from Portfolio.objects.values_list("created_by", flat=True)

    return StreamingHttpResponse(lines())


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


VIEWS = {view.__name__: view for view in (look, fail, divide, swallow, savepoints, pry, later)}
urlpatterns = [
    *(path(f"drill/{name}/", csrf_exempt(view)) for name, view in VIEWS.items()),
    path("", include("aegis.urls")),
]
handler403 = "aegis.forbidden.permission_denied"
