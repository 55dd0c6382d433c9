"""Make the sender's own words fit to be shown: no control signs, no national number, numbers people can read."""

from __future__ import annotations

import re

_NATIONAL_NUMBER = re.compile(r"(?<!\d)\d{2}[ ./]?\d{2}[ ./]?\d{2}[ ./-]?\d{3}[ .-]?\d{2}(?!\d)")
_GROUPS = {"en": ",", "fr": "\u202f", "nl": ".", "de": "."}
_KILO = 1024
_UNITS = ("B", "kB", "MB", "GB")


def plain(text: str) -> str:
    """Return a file name or a title as a terminal may get it."""
    shown = "".join(sign if sign.isprintable() else "�" for sign in text)
    return _NATIONAL_NUMBER.sub("***********", shown)


def grouped(number: int, language: str) -> str:
    """Return a number with its thousands apart."""
    return f"{number:,}".replace(",", _GROUPS[language])


def size(count: int, language: str) -> str:
    """Return a number of bytes in a unit that keeps it short."""
    if count < _KILO:
        return f"{count} B"
    power = 1 if count < _KILO**2 else 2 if count < _KILO**3 else 3
    amount, unit = count / _KILO**power, _UNITS[power]
    text = f"{amount:,.1f}"
    return (text if language == "en" else text.replace(",", " ").replace(".", ",")) + f" {unit}"
