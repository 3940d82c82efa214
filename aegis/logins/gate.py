"""What stands between a login and the desk while a second factor is due."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve, reverse

from aegis.logins import sessions
from aegis.logins.second_factor import standing_of

# What somebody needs who must set up a second factor first.
OPEN = {"second_factor", "set_language", "admin:logout", "admin:jsi18n"}


class SecondFactorMiddleware:
    """Lets nobody past their second factor.

    A session that began before its user had one ends; who must have one and has none is taken to setting it up. A
    session that showed a code is asked nothing more, and costs no query here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and not request.user.is_verified():  # type: ignore[attr-defined]
            standing = standing_of(request.user)
            if standing.has_one:
                return sessions.end(request, "second_factor")
            if standing.must_have_one and not _is_open(request.path_info):
                return sessions.send(request, reverse("second_factor"))
        return self.get_response(request)


def _is_open(path: str) -> bool:
    try:
        return resolve(path).view_name in OPEN
    except Resolver404:
        return False
