"""The fast pass: reads the identifiers of a regular list by the column, and tells which lines are in doubt.

It makes no faults and repairs nothing: a line is either clean, and this is its key, or in doubt, and the exact pass
looks at it. The tests hold both passes to the same answers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eboxcast.lib.buckets import Keys
from eboxcast.lib.identifiers import ENTERPRISE_BASE, are_cbe, are_niss
from eboxcast.package.lists.judging import Judge
from eboxcast.package.lists.layout import NEWLINE, QUOTE, RETURN, Layout, Offsets
from eboxcast.package.model import EboxType

IN_DOUBT = -1

_FORMATTED = {EboxType.CITIZEN: "dd.dd.dd-ddd.dd", EboxType.ENTERPRISE: "dddd.ddd.ddd"}
_ROWS_AT_ONCE = 1 << 14
"""So few that their columns stay in the processor's cache."""
_FEW = 64
"""So few lines in doubt are read one by one anyway."""
_WORDS = np.dtype("V16")
"""Sixteen bytes from any offset: an identifier in either form, and the byte behind it."""

Good = NDArray[np.bool_]
Words = NDArray[np.uint64]


def keys_of(content: bytearray, layout: Layout, judge: Judge) -> Keys:
    """Return the key of each line, or IN_DOUBT."""
    windows = np.ndarray((len(content) - _WORDS.itemsize,), _WORDS, content, strides=(1,))
    keys = np.full(len(layout.cells), IN_DOUBT, np.int64)
    for start in range(0, len(keys), _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        _judge_part(keys[part], layout.cells[part], windows, judge, has_quotes=layout.has_quotes)
    return keys


def _judge_part(keys: Keys, cells: Offsets, windows: NDArray[np.void], judge: Judge, *, has_quotes: bool) -> None:
    """Fill in the keys of some lines: first those in plain digits, then, of what is left, the formatted ones."""
    seen = windows[cells]
    quoted = seen.view(np.uint8)[:: _WORDS.itemsize] == QUOTE if has_quotes else np.zeros(len(cells), np.bool_)
    if quoted.any():
        seen = windows[cells + quoted]
    numbers, good = _plain(seen, quoted, judge)
    keys[good] = numbers[good]
    left = np.flatnonzero(~good)
    if len(left) > _FEW:
        numbers, good = _formatted(seen[left], quoted[left], judge)
        keys[left[good]] = numbers[good]


def _plain(seen: NDArray[np.void], quoted: Good, judge: Judge) -> tuple[Keys, Good]:
    """Read digits eight at a time; the few behind the first eight get zeros put in front."""
    words = seen.view(np.uint64).reshape(-1, 2)
    more = judge.digits - 8
    high = words[:, 0].copy()
    low = (words[:, 1] << np.uint64(64 - 8 * more)) | np.uint64(int.from_bytes(b"0" * (8 - more), "little"))
    behind = seen.view(np.uint8)[judge.digits :: _WORDS.itemsize]
    good = _are_digits(high) & _are_digits(low) & _ends(behind, quoted, judge)
    numbers = (_value(high) * np.uint64(10**more) + _value(low)).astype(np.int64)
    return _judged(numbers, good, judge)


def _formatted(seen: NDArray[np.void], quoted: Good, judge: Judge) -> tuple[Keys, Good]:
    form = _FORMATTED[judge.ebox_type]
    letters = seen.view(np.uint8).reshape(-1, _WORDS.itemsize)
    good = _ends(letters[:, len(form)], quoted, judge)
    for place, sign in enumerate(form):
        if sign != "d":
            good &= letters[:, place] == ord(sign)
    digits = letters[:, [place for place, sign in enumerate(form) if sign == "d"]] - np.uint8(ord("0"))
    good &= (digits <= 9).all(axis=1)
    powers = 10 ** np.arange(judge.digits - 1, -1, -1, dtype=np.int64)
    return _judged(digits.astype(np.int64) @ powers, good, judge)


def _judged(numbers: Keys, good: Good, judge: Judge) -> tuple[Keys, Good]:
    """Let the one truth about identifiers judge the numbers; those not well formed are made zero first."""
    numbers *= good
    if judge.ebox_type is EboxType.CITIZEN:
        return numbers, good & are_niss(numbers, today=judge.today)
    return numbers + ENTERPRISE_BASE, good & are_cbe(numbers)


def _ends(behind: NDArray[np.uint8], quoted: Good, judge: Judge) -> Good:
    """Tell whether the cell ends here: at its closing quote if it has one."""
    ends = (behind == judge.separator[0]) | (behind == NEWLINE) | (behind == RETURN)
    at_quote: Good = behind == QUOTE
    return np.where(quoted, at_quote, ends)


def _are_digits(words: Words) -> Good:
    """Tell whether all eight bytes are digits: 3 in the upper half, and still 3 with 6 added."""
    upper = np.uint64(0xF0F0F0F0F0F0F0F0)
    carried = ((words + np.uint64(0x0606060606060606)) & upper) >> np.uint64(4)
    digits: Good = ((words & upper) | carried) == np.uint64(0x3333333333333333)
    return digits


def _value(words: Words) -> Words:
    """Return the number that eight digits make: pairs, then fours, then eight, in three multiplications."""
    pairs = (words & np.uint64(0x0F0F0F0F0F0F0F0F)) * np.uint64(10 * 2**8 + 1) >> np.uint64(8)
    fours = (pairs & np.uint64(0x00FF00FF00FF00FF)) * np.uint64(100 * 2**16 + 1) >> np.uint64(16)
    return (fours & np.uint64(0x0000FFFF0000FFFF)) * np.uint64(10_000 * 2**32 + 1) >> np.uint64(32)
