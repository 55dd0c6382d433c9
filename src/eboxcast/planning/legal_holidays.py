"""The ten legal holidays of Belgium. Three of them move with Easter, so there is no list to keep."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
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
    from holidays import country_holidays  # a quarter of a second, which a publication does not wait for

    return dict(country_holidays("BE", years=year, language=_LOCALES[language]).items())
