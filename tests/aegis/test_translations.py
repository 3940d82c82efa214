"""Korean is complete: every text that the project or Unfold shows has a translation, and it is the compiled one."""

import gettext
import re
from pathlib import Path

import unfold
from django.conf import settings
from django.utils import translation

from tests.messages import entries, texts

LOCALE = settings.BASE_DIR / "locale" / "ko" / "LC_MESSAGES"
APPS = ("aegis", "analytics", "trade", "brain", "account", "market", "system")
REMEDY = "see the head of locale/ko/LC_MESSAGES/django.po"
# Parts of Unfold that AEGIS does not install.
ABSENT = {"constance", "forms", "guardian", "import_export", "inlines", "location_field", "simple_history"}


def translated() -> set[str]:
    whole = [entry for entry in entries(LOCALE / "django.po") if all(entry.translations) and not entry.fuzzy]
    return {text for entry in whole for text in entry.texts}


def ours() -> set[str]:
    return {text for app in APPS for text in texts(settings.BASE_DIR / app)}


def unfolds() -> set[str]:
    return texts(Path(unfold.__file__).parent, without=ABSENT)


def test_every_text_of_ours_is_translated() -> None:
    assert ours() - translated() == set(), REMEDY


def test_no_translation_is_of_a_text_that_is_gone() -> None:
    assert translated() - ours() == set(), REMEDY


def test_every_text_that_unfold_shows_is_translated() -> None:
    with translation.override("ko"):
        english = {text for text in unfolds() if text.strip() and translation.gettext(text) == text}
    # A plural of Django's catalogue is found under its singular, and "%(class_name)s %(instance)s" is no word.
    assert {text for text in english if re.search(r"[A-Za-z]", re.sub(r"%\(\w+\)s", "", text))} - PLURALS == set()


PLURALS = {text for entry in entries(LOCALE / "django.po") for text in entry.texts[1:]} | {"entries"}


def test_the_compiled_catalogue_is_the_written_one() -> None:
    with (LOCALE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    written = {
        (entry.texts[0], 0) if len(entry.texts) > 1 else entry.texts[0]: entry.translations[0]
        for entry in entries(LOCALE / "django.po")
    }
    assert {key: text for key, text in compiled.items() if key} == written, REMEDY


def test_a_translation_fills_in_what_its_text_does() -> None:
    placeholder = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
    for entry in entries(LOCALE / "django.po"):
        for text in entry.translations:
            assert set(placeholder.findall(text)) == set(placeholder.findall(entry.texts[0])), entry
