"""The ten legal holidays of Belgium. Three of them move with Easter, so there is no list to keep."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import import_module
from types import MappingProxyType

_LOCALES = {"fr": "fr", "nl": "nl", "de": "de", "en": "en_US"}
_SUNDAYS = ("Easter Sunday", "Whit Sunday")
"""The library counts these two among the public holidays; the law does not, and they are Sundays anyway."""


@cache
def legal_holidays(year: int, language: str = "en") -> Mapping[date, str]:
    """Return the legal holidays of a year, with their names in a language."""
    sundays = {day for day, name in _listed(year, "en").items() if name in _SUNDAYS}
    return MappingProxyType({day: name for day, name in _listed(year, language).items() if day not in sundays})


def _listed(year: int, language: str) -> dict[date, str]:
    # Imported when a calendar is needed and not before: it takes a quarter of a second, and a publication has none.
    belgium = import_module("holidays.countries.belgium").Belgium
    return dict(belgium(years=year, language=_LOCALES[language]).items())
