"""How Unfold is told to leave its theme to `static/aegis/theme.css`."""

from typing import Any

from django.http import HttpRequest


def without_styles_in_the_page(request: HttpRequest) -> dict[str, Any]:
    """What goes over Unfold's own context: no colours to write into a `<style>` of each page."""
    return {"colors": None}
