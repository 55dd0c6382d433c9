"""Make the sender's own words fit to be shown: no control signs, no national number."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SPACES = "\u00a0\u202f"  # French has them before a colon and between thousands
_NATIONAL_NUMBER = re.compile(
    rf"(?<!\d)\d{{2}}[ {_SPACES}./]?\d{{2}}[ {_SPACES}./]?\d{{2}}[ {_SPACES}./-]?\d{{3}}[ {_SPACES}.-]?\d{{2}}(?!\d)"
)
_FORMATTED = re.compile(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}-[0-9]{3}\.[0-9]{2}")
"""Whatever stands beside it."""
_LONG_RUN = re.compile(r"[0-9]{12,}")
_DIGITS = 11
_DIGEST = re.compile(r"(?<![0-9a-z])(?=[0-9]*[a-f])[0-9a-f]{32,}(?![0-9a-z])")
"""Many digits without any letter are none: chance would have to leave out six of sixteen signs."""
_MASK = "***********"


def mask_and_strip(text: str) -> str:
    """Return a file name or a title as a terminal may get it."""
    shown = "".join(sign if sign.isprintable() or sign in _SPACES else "�" for sign in text)
    shown = _FORMATTED.sub(_MASK, shown)  # first: one without signs may stand against it
    digests = [found.span() for found in _DIGEST.finditer(shown)]
    shown = _NATIONAL_NUMBER.sub(lambda found: found.group() if _is_none(found, digests) else _MASK, shown)
    digests = [found.span() for found in _DIGEST.finditer(shown)]
    return _LONG_RUN.sub(lambda found: found.group() if _holds_none(found, digests) else _MASK, shown)


def _is_none(found: re.Match[str], digests: Sequence[tuple[int, int]]) -> bool:
    """Return whether digits are no national number: inside a digest, or in a longer word with other check digits.

    What stands alone, or is written with separators, is masked in any case: it may be one with a typing error.
    """
    start, end = found.span()
    if any(first <= start and end <= last for first, last in digests):
        return True
    return found.group().isdecimal() and not _alone(found) and not _has_check_digits(found.group())


def _holds_none(found: re.Match[str], digests: Sequence[tuple[int, int]]) -> bool:
    """Return whether no eleven neighbours of many digits could be a number: it may stand against a date or a count."""
    start, end = found.span()
    if any(first <= start and end <= last for first, last in digests):
        return True
    digits = found.group()
    pieces = (digits[place : place + _DIGITS] for place in range(len(digits) - _DIGITS + 1))
    return not any(_has_check_digits(piece) and _has_a_day(piece) for piece in pieces)


def _has_a_day(digits: str) -> bool:
    """Return whether a number could begin so: months are also counted from 20 and from 40."""
    return int(digits[2:4]) % 20 <= 12 and int(digits[4:6]) <= 31


def _alone(found: re.Match[str]) -> bool:
    """Return whether neither a letter nor a digit stands beside it."""
    start, end = found.span()
    return not any(sign.isalnum() for sign in found.string[max(start - 1, 0) : start] + found.string[end : end + 1])


def _has_check_digits(digits: str) -> bool:
    """Return whether the check digits are right for either century; that is less than `identifiers` asks for."""
    root, check = divmod(int(digits), 100)
    return check in {97 - root % 97, 97 - (2 * 10**9 + root) % 97}
