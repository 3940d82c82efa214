"""Every rule that can say no has words for the operator, and the words reach the page."""

import re
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.utils import translation

from system.back_office.refusals import in_words, rules
from system.refused import Refused
from tests.messages import entries
from trade.models import Order

APPS = ("analytics", "trade", "brain", "account", "market", "system")
RAISED = re.compile(r"CONSTRAINT = '(\w+)'")
REFUSED = re.compile(r"\w*Refused\(\s*\"(\w+)\"")


def texts(pattern: str) -> list[str]:
    paths = chain.from_iterable((settings.BASE_DIR / app).rglob(pattern) for app in APPS)
    return [path.read_text() for path in paths if "/migrations/0" not in path.as_posix()]


def declared() -> set[str]:
    return {constraint.name for model in apps.get_models() for constraint in model._meta.constraints}


def raised() -> set[str]:
    """The rules that triggers, functions and services raise by name."""
    named = {name for text in texts("*.sql") + texts("*.py") for name in RAISED.findall(text)}
    return named | {name for text in texts("*.py") for name in REFUSED.findall(text)}


def test_every_rule_that_is_raised_has_words() -> None:
    assert len(raised()) > 25
    assert raised() - set(rules()) - declared() == set()


def test_no_words_are_for_a_rule_that_is_gone() -> None:
    assert set(rules()) - raised() == set()


def test_no_rule_is_told_in_two_apps() -> None:
    told = [name for text in texts("rules.py") for name in re.findall(r'^    "(\w+)": _\(', text, re.M)]
    assert sorted(told) == sorted(set(told)) == sorted(rules())


def test_every_rule_is_told_in_korean() -> None:
    korean = {entry.texts[0] for entry in entries(Path(settings.LOCALE_PATHS[0]) / "ko/LC_MESSAGES/django.po")}
    with translation.override("en"):
        assert {str(words) for words in rules().values()} - korean == set()


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (
            Refused("order_terminal", "Order 7 is FILLED.", "Look."),
            "종료된 주문은 더 바꿀 수 없습니다. 새로 주문하세요.",
        ),
        (Refused("chk_order_quantity", "new row violates"), "수량은 0보다 크고 1조 주 이하여야 합니다."),
        (Refused("not_told", "It rains.", "Wait."), "It rains. Wait."),
    ],
)
def test_what_a_service_refuses_is_told_in_the_operators_language(refusal: Any, words: str) -> None:
    with translation.override("ko"):
        assert in_words(refusal, Order) == words
