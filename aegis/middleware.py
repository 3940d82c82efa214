"""What AEGIS does around every request."""

from collections.abc import Callable
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin

from system.audit import acting_as


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


class HistoryMiddleware:
    """States for the history who makes the changes of a request, where, and in which request.

    The number of the request is our own, never the client's: it goes out as `X-Request-ID`, to be found again in the
    history.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        number = uuid4().hex
        request.request_id = number  # type: ignore[attr-defined]
        with acting_as(request.user.get_username() or "anonymous", url=request.path, request=number):
            response = self.get_response(request)
        response.headers["X-Request-ID"] = number
        return response
