from django import forms
from django.utils.translation import gettext_lazy as _
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
