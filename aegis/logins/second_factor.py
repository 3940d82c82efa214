"""Second factors: codes of an authenticator app, and recovery codes for the day on which it is lost.

Keys and codes stand in django-otp's tables. A recovery code is kept as a digest only, so that nobody reads one there.
"""

import re
import time
from base64 import b32encode
from dataclasses import dataclass
from secrets import choice

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.utils.crypto import salted_hmac
from django_otp.models import Device
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from system.access.declaration import ADMIN, TRADER
from system.models import LoginPolicy

RECOVERY_CODES = 10
# Without the characters that look like others: 31 of them, so 10 make 49 bits.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
LENGTH = 10
SIX_DIGITS = re.compile(r"[0-9]{6}")


@dataclass(frozen=True)
class Standing:
    """Whether a user has a second factor, and whether they must."""

    has_one: bool
    must_have_one: bool


def standing_of(user: User) -> Standing:
    """How a user stands, by one query."""
    required = Exists(LoginPolicy.objects.filter(second_factor_required=True))
    is_meant = Exists(Group.objects.filter(user=OuterRef("pk"), name__in=[TRADER, ADMIN]))
    has_one = Exists(TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True))
    must = ExpressionWrapper(Q(required) & (Q(is_superuser=True) | Q(is_meant)), output_field=BooleanField())
    row = User.objects.filter(pk=user.pk).values_list(has_one, must).first()
    return Standing(*row) if row else Standing(has_one=False, must_have_one=False)


def has_second_factor(user: User) -> bool:
    return bool(TOTPDevice.objects.filter(user=user, confirmed=True).exists())


def verify(user: User, typed: str) -> Device | None:
    """The device whose code was typed; a code is good once, and each wrong one makes the next wait longer.

    What a code looks like says whose it is: trying it on both would count as a wrong one of the other.
    """
    code = _plain(typed)
    is_of_app = SIX_DIGITS.fullmatch(code)
    model, token = (TOTPDevice, code) if is_of_app else (StaticDevice, _digest(user, code))
    with transaction.atomic():
        device = model.objects.select_for_update().filter(user=user, confirmed=True).first()
        return device if device and device.verify_token(token) else None


def enrol(user: User, key: str, typed: str) -> TOTPDevice | None:
    """Make the app that holds `key` (in hex) the user's second factor; None unless it shows the code that was typed."""
    device = TOTPDevice(user=user, name="app", key=key)
    code = _plain(typed)
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits)
    totp.time = time.time()
    if not SIX_DIGITS.fullmatch(code) or not totp.verify(int(code), device.tolerance):
        return None
    device.last_t, device.drift = totp.t(), totp.drift  # this code is used up
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)  # one app each, also of two tabs
        if has_second_factor(user):
            return None
        device.save()
    return device


def renew_recovery_codes(user: User) -> list[str]:
    """Give a user new recovery codes in place of all earlier ones; this is the only time that they can be read."""
    codes = ["".join(choice(ALPHABET) for _ in range(LENGTH)) for _ in range(RECOVERY_CODES)]
    with transaction.atomic():
        StaticDevice.objects.filter(user=user).delete()
        device = StaticDevice.objects.create(user=user, name="recovery")
        StaticToken.objects.bulk_create(StaticToken(device=device, token=_digest(user, code)) for code in codes)
    return [f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}" for code in codes]


def codes_left(user: User) -> int:
    return int(StaticToken.objects.filter(device__user=user).count())


def forget(user: User) -> None:
    """Take the second factor away."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user).delete()
        StaticDevice.objects.filter(user=user).delete()


def _plain(typed: str) -> str:
    return re.sub(r"[\s-]", "", typed).lower()


def _digest(user: User, code: str) -> str:
    """80 bits that say nothing of the code to whoever has the table but not the SECRET_KEY."""
    digest = salted_hmac("aegis.recovery", f"{user.pk}:{code}", algorithm="sha256").digest()
    return b32encode(digest[:10]).decode()
