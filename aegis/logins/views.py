"""The pages of logging in: the password, and then the code of those who have a second factor."""

import time
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_login_failed
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from unfold.forms import AuthenticationForm

from aegis.logins import second_factor, sessions
from aegis.logins.forms import CodeForm, OwnPasswordForm
from aegis.logins.throttle import locked_page

# Who has shown a password waits here for their code, and this long.
WAITING, WAITING_SECONDS = "waiting_for_code", 300


class PasswordPage(LoginView):
    """The login. Who has a second factor is not in yet when the password was right."""

    template_name = "aegis/logins/password.html"
    authentication_form = AuthenticationForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if admin.site.has_permission(request):
            return redirect("admin:index")
        return super().get(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        user = form.get_user()
        if second_factor.has_second_factor(user):
            _wait(self.request, user, self.get_success_url())
            return redirect("second_factor_code")
        sessions.begin(self.request, user)
        return HttpResponseRedirect(self.get_success_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        ended = _why_ended().get(self.request.GET.get("ended", ""))
        facts = {"title": _("Log in"), "app_path": self.request.get_full_path(), "ended": ended}
        return {**admin.site.each_context(self.request), **super().get_context_data(**kwargs), **facts}


class OwnPasswordPage(PasswordChangeView):
    """The page of `admin:password_change`."""

    form_class = OwnPasswordForm
    success_url = reverse_lazy("admin:password_change_done")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**admin.site.each_context(self.request), **super().get_context_data(**kwargs)}


def _why_ended() -> dict[str, str]:
    return {
        "idle": _("You were logged out because nothing was done for a while."),
        "life": _("You were logged out because the login was long ago."),
        "second_factor": _("Two-factor login was set up for this account. Log in with a code."),
        "waiting": _("The code took too long. Log in again."),
    }


@never_cache
@csrf_protect
@sensitive_post_parameters("code")
def code_page(request: HttpRequest) -> HttpResponse:
    """Ask for the code of the second factor, and let in who has it."""
    user = _waiting(request)
    if user is None:
        return redirect(f"{reverse('admin:login')}?ended=waiting")
    if not AxesProxyHandler.is_allowed(request, {"username": user.get_username()}):
        return locked_page(request, None)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        device = second_factor.verify(user, form.cleaned_data["code"])
        if device is not None:
            address = request.session.pop(WAITING)["next"]
            user.otp_device = device  # type: ignore[attr-defined]  # django-otp notes it in the session
            sessions.begin(request, user)
            return HttpResponseRedirect(address)
        form.add_error("code", _("This code is wrong or used up. Wait for the next one."))
        user_login_failed.send(__name__, credentials={"username": user.get_username()}, request=request)
    context = {**admin.site.each_context(request), "title": _("Two-factor login"), "form": form}
    return render(request, "aegis/logins/code.html", context)


def _wait(request: HttpRequest, user: Any, address: str) -> None:
    request.session[WAITING] = {
        "user": str(user.pk),
        "backend": user.backend,
        "hash": user.get_session_auth_hash(),
        "since": int(time.time()),
        "next": address,
    }


def _waiting(request: HttpRequest) -> User | None:
    """Who has shown their password just now, if it is still theirs."""
    facts = request.session.get(WAITING)
    if not facts or time.time() - facts["since"] > WAITING_SECONDS:
        return None
    user = User.objects.filter(pk=facts["user"], is_active=True).first()
    if user is None or not constant_time_compare(facts["hash"], user.get_session_auth_hash()):
        return None
    user.backend = facts["backend"]
    return user


def foreign_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What is shown instead of an answer to a form that is not of this session, or older than the last login."""
    context = {**admin.site.each_context(request), "title": _("This form is out of date")}
    return render(request, "aegis/logins/foreign_form.html", context, status=403)
