"""What AEGIS does around every request."""

from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any, cast
from uuid import uuid4

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin

from aegis.forbidden import forbidden_page, is_forbidden, no_role_page
from aegis.web_login import refuse_wrong_login
from system.acting import Acting, NoRole, acting_as

READING = {"GET", "HEAD", "OPTIONS", "TRACE"}
# Pages that the web login serves by its own rights: what it takes to come, to go, and to choose a language.
WITHOUT_ROLE = {
    "home",
    "set_language",
    "admin:login",
    "admin:logout",
    "admin:jsi18n",
    "own_password",
    "password",
    "second_factor",
    "second_factor_code",
    "admin:password_change_done",
}


class ChosenLanguageMiddleware(MiddlewareMixin):
    """Korean until the operator chooses otherwise.

    Django's own middleware follows the browser's Accept-Language, which would show a Korean desk an English admin
    on every machine whose browser happens to be English.
    """

    def process_request(self, request: HttpRequest) -> None:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = language

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        return response


class ActingMiddleware:
    """Has the database serve each request as its user: with the rights of their role, and in their name.

    From the view's begin to the end of its page a request is one transaction (`system.acting`), of reading only unless
    it is sent to change something. What lies around it has the web login's own rights and no more: the session is read
    before and written after, and a page that reads on after its end is refused. Whatever the view does not return from
    in peace is undone; what is shown of an error is read anew.

    The number of the request is our own, never the client's: it goes out as `X-Request-ID`, to be found again in the
    history.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        # What the commit refuses is answered like what a view raises.
        self.answer = convert_exception_to_response(self._answer)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        number = uuid4().hex
        request.request_id, request.acting, request.role = number, None, None  # type: ignore[attr-defined]
        with ExitStack() as around:
            request.around = around  # type: ignore[attr-defined]
            around.callback(_give_up, request)
            response = cast(HttpResponse, self.answer(request))
        response.headers["X-Request-ID"] = number
        return response

    def process_view(self, request: HttpRequest, view: Any, *_arguments: Any) -> HttpResponse | None:
        """Begin, now that it is known what is asked for."""
        user, facts = request.user, {"url": request.path, "request": request.request_id}  # type: ignore[attr-defined]
        if not user.is_authenticated or _is_without_role(request, view):
            request.around.enter_context(acting_as(user.get_username() or "anonymous", **facts))  # type: ignore[attr-defined]
            return None
        refuse_wrong_login()
        try:
            acting = Acting(user, read_only=request.method in READING, **facts)
        except NoRole:
            return no_role_page(request)
        _begin(request, acting)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Undo; a refusal by the rights of the role becomes a page, and whatever page follows is read as the user."""
        acting = _ended(request)
        if acting is None:
            return None
        acting.roll_back()
        acting.read_only = True
        with suppress(DatabaseError):  # the database is gone: what follows does without
            _begin(request, acting)
        return forbidden_page(request, error) if is_forbidden(error) else None

    def _answer(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        acting = _ended(request)
        if acting is None:
            return response
        if response.status_code >= 500:
            acting.roll_back()
            return response
        try:
            acting.commit()
        except DatabaseError as error:
            if not is_forbidden(error):
                raise
            return forbidden_page(request, error)
        return response


def _is_without_role(request: HttpRequest, view: Any) -> bool:
    # A view that Django is told to leave without a transaction manages its own, and takes the role in it.
    manages_its_own = bool(getattr(view, "_non_atomic_requests", None))
    match = request.resolver_match
    return manages_its_own or (match is not None and match.view_name in WITHOUT_ROLE)


def _begin(request: HttpRequest, acting: Acting) -> None:
    acting.begin()
    request.acting, request.role = acting, acting.role  # type: ignore[attr-defined]


def _ended(request: HttpRequest) -> Acting | None:
    """Whoever acts in this request, who does not any longer."""
    acting: Acting | None = request.acting  # type: ignore[attr-defined]
    request.acting = None  # type: ignore[attr-defined]
    return acting


def _give_up(request: HttpRequest) -> None:
    """Undo what a worker that is told to stop has left in the middle."""
    if acting := _ended(request):
        acting.roll_back()
