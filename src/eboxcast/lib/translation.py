"""Sentences in the reader's language: one gettext catalogue for faults, errors, pages and mails.

The source language is English. ``N_`` marks a sentence for the catalogue where it is written; ``translate`` says it
where it is shown. Data may hold moments and days: they are said in the reader's language too. A word that depends on a
number stands in the sentence in both forms: ``{count} {count:file|files}``.
"""

from __future__ import annotations

import gettext
import inspect
import os
import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib import resources

LANGUAGES = ("fr", "nl", "de", "en")
DOMAIN = "eboxcast"
_COUNTED = re.compile(r"{(\w+):([^{}|]*)\|([^{}|]*)}")
_ONE: Mapping[str, tuple[str, ...]] = {"fr": ("0", "1")}
"""The numbers that have the first form; elsewhere it is 1 alone."""


def N_(sentence: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark a sentence for the catalogue and return it as it is."""
    return sentence


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    folder = resources.files("eboxcast") / "locale"
    return gettext.translation(DOMAIN, str(folder), languages=[language], fallback=language == "en")


def translate(sentence: str, language: str, data: Mapping[str, object] | None = None) -> str:
    """Return a marked sentence in a language, its ``{names}`` filled from the data."""
    data = {} if data is None else data
    return worded(sentence, language, data).format_map(_Said(data, language)) if sentence else ""


def worded(sentence: str, language: str, data: Mapping[str, object]) -> str:
    """Return a marked sentence in a language, its ``{names}`` still open, with the forms that fit the numbers."""
    text = _catalogue(language).gettext(sentence)
    one = _ONE.get(language, ("1",))
    return _COUNTED.sub(lambda found: found[2 if str(data[found[1]]) in one else 3], text) if "|" in text else text


class _Said:
    """The data of a sentence: moments and days in words, several of them one after the other, all else as it is."""

    def __init__(self, data: Mapping[str, object], language: str) -> None:
        self.data, self.language = data, language

    def __getitem__(self, name: str) -> object:
        value = self.data[name]
        if isinstance(value, tuple):
            return ", ".join(str(self._said(one)) for one in value) or "–"
        return self._said(value)

    def _said(self, value: object) -> object:
        if not isinstance(value, date):
            return value
        from eboxcast.lib.formatting import long_date, moment_in  # time zones: what says no date does without

        return moment_in(value, self.language) if isinstance(value, datetime) else long_date(value, self.language)


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a docstring or a help text, each in one line: the catalogue has them one by one."""
    return [" ".join(one.split()) for one in re.split(r"\n\s*\n", inspect.cleandoc(text)) if one]


def name_in(names: Mapping[str, str], language: str) -> str:
    """Return the name something has in a language, else in the first of ``LANGUAGES`` it has one in; empty for none."""
    return next((names[one] for one in (language, *LANGUAGES) if names.get(one)), "")


def language_of_user() -> str:
    """Return the language asked for by EBOXCAST_LANGUAGE or the locale, else English."""
    for name in ("EBOXCAST_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        language = os.environ.get(name, "")[:2].lower()
        if language in LANGUAGES:
            return language
    return "en"
