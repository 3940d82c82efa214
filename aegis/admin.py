from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from unfold.admin import ModelAdmin
from unfold.forms import AdminOwnPasswordChangeForm, AdminPasswordChangeForm, UserChangeForm, UserCreationForm

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[misc,type-arg]
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):  # type: ignore[misc]
    pass


class OwnPasswordForm(AdminOwnPasswordChangeForm):  # type: ignore[misc]
    """Writes the password and nothing else: the web login may change no other column of a user."""

    def save(self, commit: bool = True) -> Any:
        user = super().save(commit=False)
        user.save(update_fields=["password"])
        return user


def own_password(request: HttpRequest) -> HttpResponseBase:
    """The page on which people change their own password, as Unfold has it."""
    facts = {"form_class": OwnPasswordForm, "extra_context": admin.site.each_context(request)}
    done = reverse("admin:password_change_done")
    page = PasswordChangeView.as_view(success_url=done, **facts)
    return page(request)
