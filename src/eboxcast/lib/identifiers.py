"""National numbers (NISS) and enterprise numbers (CBE): the one truth about which are good, and why one is not.

A NISS is ``YYMMDD SSS CC`` with CC = 97 - (first nine digits mod 97); for births from 2000 a "2" stands in front of the
nine. Only check digits, length and month range decide: impossible calendar dates are handed out on purpose (unknown
day, exhausted counters). A CBE number is ten digits starting with 0 or 1, CC = 97 - (first eight mod 97).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from eboxcast.lib.buckets import ENTERPRISE, KIND_FACTOR, Keys

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NISS_DIGITS = 11
CBE_DIGITS = 10
ENTERPRISE_BASE = ENTERPRISE * KIND_FACTOR

_NISS_FORM = re.compile(r"([0-9]{2})[ ./]?([0-9]{2})[ ./]?([0-9]{2})[ ./-]?([0-9]{3})[ .-]?([0-9]{2})")
_CBE_FORM = re.compile(r"(?:BE ?)?([0-9]{4})[ .]?([0-9]{3})[ .]?([0-9]{3})", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"([0-9])(?:[.,]([0-9]+))?E\+?([0-9]{1,2})", re.IGNORECASE)
_DIGITS = re.compile(r"[0-9]+")
_DECIMAL = re.compile(r"([0-9]{5,})[.,]([0-9]+)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?: [0-9:.]+)?|[0-9]{2}:[0-9]{2}:[0-9]{2}")
_CELL_ERROR = re.compile(r"#[^\W_]{1,12}(?:/[^\W_]{1,2})?[!?]?")
"""#N/A, #REF!, #WERT!, in the language of the spreadsheet."""
_LOOKALIKE = str.maketrans("OoIl", "0011")
_FEWEST_AFTER_LOSS = 7
"""A number written by a spreadsheet has lost at most four zeros; shorter ones are something else."""

_MONTHS = tuple(month <= 12 or 20 <= month <= 32 or 40 <= month <= 52 for month in range(100))
"""Months of the register, and of BIS numbers: 20 more if the sex was unknown, 40 more if it was known."""
_ROOT_OF_2000 = 2_000_000_000 % 97
_LARGEST_CBE = 2 * 10**9


class Reason(StrEnum):
    """Why a number is refused."""

    EMPTY = "empty"
    LENGTH = "length"
    CHARACTERS = "characters"
    CHECK_DIGITS = "check-digits"
    MONTH = "month"
    FUTURE_BIRTH = "future-birth"
    ZERO = "zero"
    LEADING_ZERO_LOST = "leading-zero-lost"
    SCIENTIFIC = "scientific"
    DECIMAL = "decimal"
    DATE = "date"
    CELL_ERROR = "cell-error"
    LETTER = "letter"
    ENTERPRISE_NUMBER = "enterprise-number"
    CITIZEN_NUMBER = "citizen-number"
    ESTABLISHMENT_UNIT = "establishment-unit"
    FIRST_DIGIT = "first-digit"


@dataclass(frozen=True)
class Refused:
    """Why a text is no good number; ``likely`` is the masked number it probably was."""

    reason: Reason
    likely: str | None = None
    found: int = 0
    """How many digits it has."""


def read_niss(text: str, *, today: date) -> int | Refused:
    """Return the recipient key of a citizen's number, plain or formatted, or why it is none."""
    return _read(_NISS, text.strip(), today)


def read_cbe(text: str, *, today: date) -> int | Refused:
    """Return the recipient key of an enterprise number, plain or formatted, or why it is none."""
    return _read(_CBE, text.strip(), today)


def read_either(text: str, *, today: date) -> int | None:
    """Return the recipient key of a citizen's or an enterprise's number; None where it is neither."""
    found = (read(text, today=today) for read in (read_niss, read_cbe))
    return next((key for key in found if not isinstance(key, Refused)), None)


def are_niss(numbers: Keys, *, today: date) -> NDArray[np.bool_]:
    """Tell for each eleven-digit number whether it is a good NISS: the same rule as ``read_niss``, for columns."""
    root = numbers // 100
    expected = 97 - (root - root // 97 * 97)
    check = numbers - root * 100
    good: NDArray[np.bool_] = check == expected
    expected -= _ROOT_OF_2000
    expected += 97 * (expected <= 0)
    born_by_now = numbers < (today.year - 2000 + 1) * 10**9
    good |= (check == expected) & born_by_now
    year_month = numbers // 10**7
    good &= _month_column().take(year_month - numbers // 10**9 * 100, mode="clip")
    good &= root > 0
    return good


@cache
def _month_column() -> NDArray[np.bool_]:
    import numpy as np  # whoever has columns has it already; to read one number takes none

    return np.array(_MONTHS)


def are_cbe(numbers: Keys) -> NDArray[np.bool_]:
    """Tell for each ten-digit number whether it is a good CBE number: the same rule as ``read_cbe``, for columns."""
    root = numbers // 100
    good: NDArray[np.bool_] = numbers - root * 100 == 97 - (root - root // 97 * 97)
    good &= (numbers < _LARGEST_CBE) & (root > 0)
    return good


def text_of_key(key: int) -> str:
    """Return the digits of a recipient key as files and JSON have them: eleven, or ten for an enterprise."""
    if key >= ENTERPRISE_BASE:
        return f"{key - ENTERPRISE_BASE:0{CBE_DIGITS}d}"
    return f"{key:0{NISS_DIGITS}d}"


def masked(key: int) -> str:
    """Return the form of a recipient key that people and logs may see."""
    digits = text_of_key(key)
    if len(digits) == CBE_DIGITS:
        return f"{digits[:4]}.***.*{digits[-2:]}"
    return f"{digits[:2]}.{digits[2:4]}.**-***.{digits[-2:]}"


def _reason_against_niss(number: int, today: date) -> Reason | None:
    root, check = divmod(number, 100)
    if root == 0:
        return Reason.ZERO
    born_before_2000 = check == 97 - root % 97
    born_since_2000 = check == 97 - (root + _ROOT_OF_2000) % 97
    if not (born_before_2000 or born_since_2000):
        return Reason.CHECK_DIGITS
    if not _MONTHS[number // 10**7 % 100]:
        return Reason.MONTH
    if not born_before_2000 and 2000 + number // 10**9 > today.year:
        return Reason.FUTURE_BIRTH
    return None


def _reason_against_cbe(number: int, _today: date) -> Reason | None:
    root, check = divmod(number, 100)
    first = number // 10**9
    if first > 1:
        return Reason.FIRST_DIGIT if first == 9 else Reason.ESTABLISHMENT_UNIT
    if root == 0:
        return Reason.ZERO
    return None if check == 97 - root % 97 else Reason.CHECK_DIGITS


@dataclass(frozen=True)
class _Kind:
    digits: int
    base: int
    form: re.Pattern[str]
    reason_against: Callable[[int, date], Reason | None]
    reason_of_the_other: Reason


_NISS = _Kind(NISS_DIGITS, 0, _NISS_FORM, _reason_against_niss, Reason.ENTERPRISE_NUMBER)
_CBE = _Kind(CBE_DIGITS, ENTERPRISE_BASE, _CBE_FORM, _reason_against_cbe, Reason.CITIZEN_NUMBER)


def _read(kind: _Kind, text: str, today: date) -> int | Refused:
    form = kind.form.fullmatch(text)
    if form is None:
        return _why_none(kind, text, today)
    number = int("".join(form.groups()))
    reason = kind.reason_against(number, today)
    return Refused(reason) if reason else kind.base + number


def _why_none(kind: _Kind, text: str, today: date) -> Refused:
    if not text:
        return Refused(Reason.EMPTY)
    damage = _damage(kind, text, today)
    if damage:
        return damage
    other = _CBE if kind is _NISS else _NISS
    if _good(other, other.form.fullmatch(text), today):
        return Refused(kind.reason_of_the_other)
    if _DIGITS.fullmatch(text):
        return Refused(Reason.LENGTH, found=len(text))
    return Refused(Reason.CHARACTERS)


def _good(kind: _Kind, form: re.Match[str] | None, today: date) -> bool:
    return form is not None and kind.reason_against(int("".join(form.groups())), today) is None


def _damage(kind: _Kind, text: str, today: date) -> Refused | None:
    """Recognise what spreadsheets and typists do to numbers."""
    if _DIGITS.fullmatch(text):
        likely = _likely(kind, text, today) if _lost_zeros(kind, text) else None
        return Refused(Reason.LEADING_ZERO_LOST, likely) if likely else None
    if scientific := _SCIENTIFIC.fullmatch(text):
        first, fraction, exponent = scientific.group(1), scientific.group(2) or "", int(scientific.group(3))
        complete = len(fraction) == exponent
        return Refused(Reason.SCIENTIFIC, _likely(kind, first + fraction, today) if complete else None)
    if decimal := _DECIMAL.fullmatch(text):
        complete = not decimal.group(2).strip("0")
        return Refused(Reason.DECIMAL, _likely(kind, decimal.group(1), today) if complete else None)
    for form, reason in ((_DATE, Reason.DATE), (_CELL_ERROR, Reason.CELL_ERROR)):
        if form.fullmatch(text):
            return Refused(reason)
    digits = text.translate(_LOOKALIKE)
    if len(digits) == kind.digits and _DIGITS.fullmatch(digits):
        return Refused(Reason.LETTER, _likely(kind, digits, today))
    return None


def _lost_zeros(kind: _Kind, digits: str) -> bool:
    return _FEWEST_AFTER_LOSS <= len(digits) < kind.digits and not digits.startswith("0")


def _likely(kind: _Kind, digits: str, today: date) -> str | None:
    if len(digits) > kind.digits or kind.reason_against(int(digits), today) is not None:
        return None
    return masked(kind.base + int(digits))
