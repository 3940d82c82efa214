"""The tables of django-otp and django-axes under names that people read. AEGIS itself has no table here."""

from axes.models import AccessAttempt, AccessLog
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_totp.models import TOTPDevice


class Authenticator(TOTPDevice):  # type: ignore[misc]
    """Somebody's authenticator app: without it they do not come in."""

    class Meta:
        proxy = True
        verbose_name = _("two-factor login")
        verbose_name_plural = _("two-factor logins")

    def __str__(self) -> str:
        return str(self.user.get_username())


class WrongGuess(AccessAttempt):  # type: ignore[misc]
    """Wrong passwords for a name from an address, while they count."""

    class Meta:
        proxy = True
        verbose_name = _("failed login")
        verbose_name_plural = _("failed logins")

    def __str__(self) -> str:
        return f"{self.username} {self.ip_address or ''}".strip()


class Visit(AccessLog):  # type: ignore[misc]
    """A login that succeeded, and when it was ended by logging out."""

    class Meta:
        proxy = True
        verbose_name = _("past login")
        verbose_name_plural = _("past logins")

    def __str__(self) -> str:
        return f"{self.username} {self.ip_address or ''}".strip()
