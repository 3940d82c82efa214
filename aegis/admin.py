"""The pages of logins: users, groups, second factors, who came and who tried. Permissions say who sees them."""

from typing import Any

import axes.admin  # noqa: F401 - what others register, and we show in our own way, must be registered to be replaced
import django_otp.plugins.otp_static.admin
import django_otp.plugins.otp_totp.admin  # noqa: F401
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import FieldTextFilter
from unfold.decorators import action
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from aegis.logins.second_factor import codes_left, forget, has_second_factor
from aegis.models import Authenticator, Visit, WrongGuess
from system.back_office import BackOffice
from system.back_office.filters import DayRangeFilter
from system.back_office.garbage import Forgiving

for theirs in (User, Group, TOTPDevice, StaticDevice):
    admin.site.unregister(theirs)


@admin.register(User)
class UserAdmin(Forgiving, DjangoUserAdmin, ModelAdmin):  # type: ignore[misc,type-arg]
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "last_name", "first_name", "roles", "second_factor", "is_active", "last_login"]
    actions_detail = ["reset_second_factor"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        has_one = Exists(TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True))
        users: QuerySet[User] = super().get_queryset(request).prefetch_related("groups")
        return users.annotate(has_second_factor=has_one)

    @admin.display(description=_("groups"))
    def roles(self, user: User) -> str:
        return ", ".join(group.name for group in user.groups.all())

    @admin.display(description=_("two-factor login"), boolean=True, ordering="has_second_factor")
    def second_factor(self, user: Any) -> bool:
        return bool(user.has_second_factor)

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> Any:
        """Somebody else's phone is lost: then it is reset here. One's own is removed with a code of it."""
        user = self.get_object(request, object_id)
        is_anothers = user is not None and user.pk != request.user.pk and has_second_factor(user)
        return super().get_actions_detail(request, object_id) if is_anothers else []

    @action(  # type: ignore[untyped-decorator]
        description=_("Reset two-factor login"),
        permissions=["change"],
        url_path="reset-second-factor",
        icon="phonelink_erase",
        dialog={
            "title": _("Reset the two-factor login of this user?"),
            "description": _("The authenticator app and the recovery codes are void; a password is enough until then."),
            "form_submit_text": _("Reset"),
        },
    )
    def reset_second_factor(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        user = self.get_object(request, object_id)
        if user is not None and user.pk != request.user.pk:
            forget(user)
            self.log_change(request, user, [{"deleted": {"name": "two-factor login", "object": ""}}])
            self.message_user(request, _("The two-factor login was reset."), messages.SUCCESS)
        return HttpResponse(headers={"HX-Redirect": reverse("admin:auth_user_change", args=[object_id])})


@admin.register(Group)
class GroupAdmin(Forgiving, DjangoGroupAdmin, ModelAdmin):  # type: ignore[misc]
    pass


class LoginRecord(BackOffice):
    """What logging in leaves behind: never typed, and never changed."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Authenticator)
class AuthenticatorAdmin(LoginRecord):
    """Who has a second factor. To delete it is to reset it; the key stands on no page."""

    list_display = ["user", "created_at", "last_used_at"]
    list_filter = [("created_at", DayRangeFilter), ("last_used_at", DayRangeFilter)]
    list_select_related = ("user",)
    search_fields = ["user__username"]
    ordering = ["user__username"]
    fields = ["user", "created_at", "last_used_at", "recovery_codes"]
    readonly_fields = ["recovery_codes"]

    @admin.display(description=_("recovery codes left"))
    def recovery_codes(self, device: Authenticator) -> int:
        return codes_left(device.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Anybody's but one's own, which is removed with a code of it."""
        is_own = obj is not None and obj.user_id == request.user.pk
        return not is_own and super().has_delete_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: Authenticator) -> None:
        forget(obj.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Authenticator]) -> None:
        for device in queryset.exclude(user=request.user.pk):
            forget(device.user)


@admin.register(Visit)
class VisitAdmin(LoginRecord):
    list_display = ["attempt_time", "username", "ip_address", "logout_time", "user_agent"]
    list_filter = [("username", FieldTextFilter), ("attempt_time", DayRangeFilter)]
    search_fields = ["username", "ip_address"]
    ordering = ["-attempt_time"]
    fields = ["attempt_time", "username", "ip_address", "logout_time", "user_agent"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(WrongGuess)
class WrongGuessAdmin(LoginRecord):
    """Wrong passwords. To delete a row is to lift the lock that it makes."""

    list_display = ["attempt_time", "username", "ip_address", "failures_since_start", "user_agent"]
    list_filter = [("username", FieldTextFilter), ("attempt_time", DayRangeFilter)]
    search_fields = ["username", "ip_address"]
    ordering = ["-attempt_time"]
    fields = ["attempt_time", "username", "ip_address", "failures_since_start", "user_agent"]
    actions = ["lift"]

    @admin.action(description=_("Lift the lock"), permissions=["delete"])
    def lift(self, request: HttpRequest, guesses: QuerySet[WrongGuess]) -> None:
        guesses.delete()
        self.message_user(request, _("These passwords count no longer."), messages.SUCCESS)
