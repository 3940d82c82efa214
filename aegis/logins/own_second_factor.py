"""The page on which people set up, renew and remove their own second factor."""

import json
from typing import Any

import django_otp
import segno
from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django_otp.plugins.otp_totp.models import TOTPDevice, default_key

from aegis.logins import second_factor
from aegis.logins.forms import CodeForm

# The key that is shown until its app has proved that it knows it. It waits in the session, not in a table of devices.
KEY = "second_factor_key"


class Request(HttpRequest):
    """A request of somebody who is logged in."""

    user: User


@sensitive_post_parameters("code")
def second_factor_page(request: Request) -> HttpResponse:
    """Set up a second factor, or see to the one that is there."""
    form = CodeForm(request.POST or None)
    has_one = second_factor.has_second_factor(request.user)
    deeds = {"renew": _renew, "remove": _remove} if has_one else {"enrol": _enrol}
    deed = deeds.get(request.POST.get("deed", ""))
    if request.method == "POST" and deed and form.is_valid():
        done = deed(request, form)
        if done is not None:
            return done
    return _keep(request, form) if has_one else _offer(request, form)


def _enrol(request: Request, form: CodeForm) -> HttpResponse | None:
    key = request.session.get(KEY, "")
    device = second_factor.enrol(request.user, key, form.cleaned_data["code"]) if key else None
    if device is None:
        form.add_error("code", _("This code does not fit. Check the clock of the phone, and type the newest code."))
        return None
    del request.session[KEY]
    django_otp.login(request, device)
    _note(request, ADDITION, "added")
    return _show_codes(request)


def _renew(request: Request, form: CodeForm) -> HttpResponse | None:
    if not _is_good(request, form):
        return None
    _note(request, CHANGE, "changed")
    return _show_codes(request)


def _remove(request: Request, form: CodeForm) -> HttpResponse | None:
    if second_factor.standing_of(request.user).must_have_one or not _is_good(request, form):
        return None
    second_factor.forget(request.user)
    _note(request, DELETION, "deleted")
    messages.success(request, _("Two-factor login was removed."))
    return redirect("second_factor")


def _is_good(request: Request, form: CodeForm) -> bool:
    if second_factor.verify(request.user, form.cleaned_data["code"]):
        return True
    form.add_error("code", _("This code is wrong or used up. Wait for the next one."))
    return False


def _offer(request: Request, form: CodeForm) -> HttpResponse:
    key = request.session.setdefault(KEY, default_key())
    app = TOTPDevice(user=request.user, key=key)
    must = second_factor.standing_of(request.user).must_have_one
    secret = app.config_url.partition("secret=")[2].partition("&")[0]
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return _page(request, "offer", form=form, picture=_picture(app.config_url), secret=spaced, must=must)


def _keep(request: Request, form: CodeForm) -> HttpResponse:
    device = TOTPDevice.objects.get(user=request.user, confirmed=True)
    must = second_factor.standing_of(request.user).must_have_one
    return _page(request, "keep", form=form, device=device, left=second_factor.codes_left(request.user), must=must)


def _show_codes(request: Request) -> HttpResponse:
    """The recovery codes, in the answer itself: there is no page to come back to that shows them."""
    return _page(request, "codes", codes=second_factor.renew_recovery_codes(request.user))


def _page(request: Request, name: str, **facts: Any) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": _("Two-factor login"), **facts}
    return render(request, f"aegis/logins/{name}.html", context)


def _picture(text: str) -> SafeString:
    """A QR code as SVG, drawn here: the key in it is nobody else's business."""
    return mark_safe(segno.make(text, error="m").svg_inline(scale=5, border=2))  # noqa: S308 - digits and paths


def _note(request: Request, flag: int, deed: str) -> None:
    """Note it in the user's own history."""
    what = {"fields": ["two-factor login"]} if deed == "changed" else {"name": "two-factor login", "object": ""}
    LogEntry.objects.create(
        user_id=request.user.pk,
        content_type=ContentType.objects.get_for_model(request.user),
        object_id=str(request.user.pk),
        object_repr=request.user.get_username(),
        action_flag=flag,
        change_message=json.dumps([{deed: what}]),
    )
