"""The people of the demo desk, one or two for each group, and how they log in here."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.models import Group, User
from django.db import transaction

from aegis.demo.events import KIM, LEE, PARK
from aegis.logins.passwords import keep, random_password
from system.access.declaration import ADMIN, ANALYST, GROUPS, READONLY, TRADER


@dataclass(frozen=True)
class Person:
    """Somebody of the desk."""

    username: str
    name: str
    group: str


@dataclass(frozen=True)
class DemoLogin:
    """How one of them logs in to this installation."""

    user: str
    password: str
    group: str


# Where the passwords are kept, below var/.
DEMO_LOGINS = "demo_logins"
PEOPLE = (
    Person(KIM, "김도현", ADMIN),
    Person(LEE, "이서준", TRADER),
    Person(PARK, "박지우", TRADER),
    Person("choi_analyst", "최민서", ANALYST),
    Person("jung_readonly", "정하윤", READONLY),
)


def make_operators(kept_in: Path) -> list[DemoLogin]:
    """Make the accounts that are not there yet, with random passwords that are kept in a file of their owner's.

    An account that somebody made under one of the names before is left as it is, and not given back.
    """
    with transaction.atomic():
        groups = {name: Group.objects.get_or_create(name=name)[0] for name in GROUPS}
        logins = [_make(person, groups[person.group]) for person in PEOPLE if not _is_there(person)]
        # Kept before the commit: accounts whose passwords nobody knows would be of no use.
        if logins:
            keep("".join(f"{login.user} {login.password} {login.group}\n" for login in logins), kept_in)
    return logins


def lines(logins: Iterable[DemoLogin]) -> list[str]:
    """How the logins are told to somebody at a terminal."""
    return [f"  {login.user:14} {login.password}  {login.group.removeprefix('aegis_')}" for login in logins]


def _is_there(person: Person) -> bool:
    return User.objects.filter(username=person.username).exists()


def _make(person: Person, group: Group) -> DemoLogin:
    password = random_password()
    # The whole name in one field: what Django puts together from two stands in the order of English.
    user = User.objects.create_user(person.username, password=password, is_staff=True, first_name=person.name)
    user.groups.add(group)
    return DemoLogin(person.username, password, person.group)
