"""Days and data as people of Belgium read them, in their language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from babel.dates import format_date

from eboxcast.lib.masking import grouped

_LONG = {"de": "EEEE, d. MMMM y"}
_LOCALES = {"fr": "fr_BE", "nl": "nl_BE", "de": "de_BE", "en": "en_GB"}


def long_date(day: date, language: str) -> str:
    """Return a day with its weekday and month in words: dinsdag 18 mei 2027."""
    return format_date(day, _LONG.get(language, "EEEE d MMMM y"), locale=_LOCALES[language])


def short_date(day: date, language: str) -> str:
    """Return a day with its weekday, fit for a column: di 18/05/2027."""
    return format_date(day, "EEE dd/MM/y", locale=_LOCALES[language])


def spoken(data: Mapping[str, object], language: str) -> dict[str, object]:
    """Return data for a sentence: days in words, numbers with their thousands apart, all else as it is."""
    return {name: _spoken(value, language) for name, value in data.items()}


def _spoken(value: object, language: str) -> object:
    if isinstance(value, date) and not isinstance(value, datetime):
        return long_date(value, language)
    if isinstance(value, int) and not isinstance(value, bool):
        return grouped(value, language)
    return value
