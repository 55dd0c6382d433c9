"""Synthetic identifiers: well formed, and nobody's.

Citizens are born from 1900 to 1911, so nobody among them lives. When their five million numbers do not suffice, the
same dates serve as BIS numbers (month +20, then +40). Enterprises have roots the register never gave out.
"""

from __future__ import annotations

import datetime
import math

import numpy as np
from numpy.typing import NDArray

from eboxcast.lib.buckets import ENTERPRISE, KIND_FACTOR, Keys
from eboxcast.package.errors import SampleTooLarge
from eboxcast.package.model import EboxType

_FIRST_DAY = datetime.date(1900, 1, 1)
_DAYS = (datetime.date(1912, 1, 1) - _FIRST_DAY).days
_SERIALS = 998
_MONTH_SHIFTS = (0, 2000, 4000)
_PEOPLE = _DAYS * _SERIALS
MOST_CITIZENS = _PEOPLE * len(_MONTH_SHIFTS)

# Given out so far: roots from 02000000 up; and from 10000000 up in order, which will not reach these for decades.
_UNUSED_ROOTS = (range(1, 2_000_000), range(15_000_000, 20_000_000))
MOST_ENTERPRISES = sum(map(len, _UNUSED_ROOTS))


def synthetic_keys(count: int, *, seed: int, ebox_type: EboxType = EboxType.CITIZEN) -> Keys:
    """Return distinct recipient keys in a random order, the same for the same seed."""
    draw = np.random.default_rng(seed)
    return _citizens(count, draw) if ebox_type is EboxType.CITIZEN else _enterprises(count, draw)


def _citizens(count: int, draw: np.random.Generator) -> Keys:
    if count > MOST_CITIZENS:
        raise SampleTooLarge(asked=count, most=MOST_CITIZENS)
    pool = _PEOPLE * max(1, math.ceil(count / _PEOPLE))
    chosen = draw.choice(pool, count, replace=False)
    shift, person = np.divmod(chosen, _PEOPLE)
    day, serial = np.divmod(person, _SERIALS)
    nine_digits: Keys = (_dates()[day] + np.array(_MONTH_SHIFTS)[shift]) * 1000 + serial + 1
    return nine_digits * 100 + _check_digits(nine_digits)


def _enterprises(count: int, draw: np.random.Generator) -> Keys:
    if count > MOST_ENTERPRISES:
        raise SampleTooLarge(asked=count, most=MOST_ENTERPRISES)
    first, more = _UNUSED_ROOTS
    chosen = draw.choice(len(first) if count <= len(first) else MOST_ENTERPRISES, count, replace=False)
    root = np.where(chosen < len(first), chosen + first.start, chosen - len(first) + more.start)
    return ENTERPRISE * KIND_FACTOR + root * 100 + _check_digits(root)


def _check_digits(number: Keys) -> Keys:
    return 97 - number % 97


def _dates() -> NDArray[np.int64]:
    days = (_FIRST_DAY + datetime.timedelta(days=n) for n in range(_DAYS))
    return np.array([(day.year - 1900) * 10_000 + day.month * 100 + day.day for day in days], dtype=np.int64)
