"""How a session begins, how long it lasts, and where somebody is sent whose session has ended."""

import time
from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

BEGAN, SEEN = "began", "seen"
# How often it is written down that somebody is still there: not at each request, for each would be a write.
NOTED_EVERY = 60


class SessionLimitsMiddleware:
    """Ends a session that nobody used for an hour, or that began in the morning (`SESSION_IDLE`, `SESSION_LIFE`)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            if reason := _over(request.session):
                return end(request, reason)
            if time.time() - request.session.get(SEEN, 0) > NOTED_EVERY:
                request.session.setdefault(BEGAN, int(time.time()))
                request.session[SEEN] = int(time.time())
        return self.get_response(request)


def begin(request: HttpRequest, user: User) -> None:
    """Log a user in, who has shown all that was asked of them."""
    auth.login(request, user)
    request.session[BEGAN] = request.session[SEEN] = int(time.time())


def end(request: HttpRequest, reason: str) -> HttpResponse:
    """Log the user out and send them to the login, which says why and leads back to where they were."""
    address = request.get_full_path() if request.method == "GET" and not _is_part(request) else reverse("admin:index")
    auth.logout(request)
    return send(request, f"{reverse('admin:login')}?{urlencode({'next': address, 'ended': reason})}")


def send(request: HttpRequest, address: str) -> HttpResponse:
    """Send the whole page there, also where htmx asked for a part of one."""
    return HttpResponse(headers={"HX-Redirect": address}) if _is_part(request) else HttpResponseRedirect(address)


def _is_part(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers


def _over(session: SessionBase) -> str | None:
    now = time.time()
    if now - session.get(BEGAN, now) > settings.SESSION_LIFE.total_seconds():
        return "life"
    if now - session.get(SEEN, now) > settings.SESSION_IDLE.total_seconds():
        return "idle"
    return None
