from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminOwnPasswordChangeForm
from unfold.widgets import BASE_INPUT_CLASSES


class CodeForm(forms.Form):
    """A code of the authenticator app, or a recovery code where one will do."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autofocus": "",
                "class": " ".join(BASE_INPUT_CLASSES),
                "spellcheck": "false",
            }
        ),
    )


class OwnPasswordForm(AdminOwnPasswordChangeForm):  # type: ignore[misc]
    """A new password for oneself, and nothing else: the web may write no other column of its users."""

    def set_password_and_save(self, user: User, field: str = "password1", commit: bool = True) -> Any:
        user.set_password(self.cleaned_data[field])
        if commit:
            user.save(update_fields=["password"])
        return user
