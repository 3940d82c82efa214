"""The people of the demo desk, and how they log in."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User

from aegis.demo.operators import PEOPLE, make_operators
from system.access.declaration import GROUPS

pytestmark = pytest.mark.django_db


def test_the_people_of_the_desk_can_log_in_with_passwords_of_this_installation(tmp_path: Path) -> None:
    User.objects.filter(username__in=[person.username for person in PEOPLE]).delete()
    logins, others = make_operators(tmp_path / "one"), make_operators(tmp_path / "two")
    assert [login.user for login in logins] == [person.username for person in PEOPLE]
    assert others == [], "who is there keeps their password"
    assert len({login.password for login in logins}) == len(PEOPLE)
    for login in logins:
        user = User.objects.get(username=login.user)
        assert user.check_password(login.password)
        assert user.is_staff
        assert not user.is_superuser
        assert [group.name for group in user.groups.all()] == [login.group]
    assert {login.group for login in logins} == set(GROUPS)
    assert (tmp_path / "one").stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "two").exists()
