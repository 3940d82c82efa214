"""What browsers are told about every page beside Django's own security headers and the content security policy."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# Copying recovery codes is the one thing that a page may ask a browser for.
FEATURES = {"clipboard-write": "(self)"} | dict.fromkeys(
    (
        "accelerometer",
        "autoplay",
        "camera",
        "clipboard-read",
        "display-capture",
        "encrypted-media",
        "fullscreen",
        "geolocation",
        "gyroscope",
        "hid",
        "idle-detection",
        "local-fonts",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "picture-in-picture",
        "publickey-credentials-create",
        "publickey-credentials-get",
        "screen-wake-lock",
        "serial",
        "usb",
        "xr-spatial-tracking",
    ),
    "()",
)
HEADERS = {
    "Permissions-Policy": ", ".join(f"{feature}={allowed}" for feature, allowed in FEATURES.items()),
    "Cross-Origin-Resource-Policy": "same-origin",
}


class BrowserMiddleware:
    """Adds `HEADERS` to every answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response
