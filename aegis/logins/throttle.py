"""How often a password may be guessed (django-axes keeps the count), and from where somebody guesses."""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def client_address(request: HttpRequest) -> str | None:
    """The address that a request comes from; None where there is none, as on a socket.

    Behind a proxy it is the last one of X-Forwarded-For: that one the proxy wrote itself, what stands before it the
    client may have made up. Of an IPv6 address the first half counts: the rest is the client's own to choose.
    """
    text = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        text = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2] or text
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False).network_address)
    return str(address)


def locked_page(request: HttpRequest, response: HttpResponse | None, credentials: Any = None) -> HttpResponse:
    """What somebody sees who has guessed too often."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    context = {**admin.site.each_context(request), "title": _("Too many attempts"), "minutes": minutes}
    page = render(request, "aegis/logins/locked.html", context, status=429)
    page.headers["Retry-After"] = str(minutes * 60)
    return page
