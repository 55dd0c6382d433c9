"""The recipients of a call, as keys: read by the column, as the calls that matter have a thousand of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eboxcast.lib import clock
from eboxcast.lib.buckets import Keys
from eboxcast.lib.identifiers import CBE_DIGITS, ENTERPRISE_BASE, NISS_DIGITS, are_cbe, are_niss, text_of_key
from eboxcast.simulator.errors import invalid_schema

NOBODY = -1
"""The key of what is no valid number."""

Good = Callable[[Keys], NDArray[np.bool_]]


def read_recipients(items: Sequence[Any]) -> Keys:
    """Return the key of each EboxId, NOBODY where its number is not valid. Refuses what is no EboxId."""
    try:
        kinds = [item["eboxType"] for item in items]
        values = [item["eboxIdValue"] for item in items]
        different = set(kinds)
    except (KeyError, TypeError):
        raise invalid_schema("an eboxId needs the keys [eboxType, eboxIdValue]") from None
    if not different <= {"citizen", "enterprise"}:
        raise invalid_schema("eboxType is neither [enterprise] nor [citizen]")
    if different == {"citizen"}:
        return _citizens(values)
    if different == {"enterprise"}:
        return _enterprises(values)
    return np.where(np.array([kind == "citizen" for kind in kinds]), _citizens(values), _enterprises(values))


def ebox_id(key: int) -> dict[str, str]:
    """Return the EboxId of a recipient key."""
    kind = "enterprise" if key >= ENTERPRISE_BASE else "citizen"
    return {"eboxType": kind, "eboxIdValue": text_of_key(key)}


def key_of_digits(text: str) -> int:
    """Return the key of eleven or ten digits, NOBODY when they are no valid number."""
    keys = _citizens([text]) if len(text) == NISS_DIGITS else _enterprises([text])
    return int(keys[0])


def enterprise_keys(values: Sequence[Any]) -> Keys:
    """Return the key of each enterprise number, NOBODY where it is not valid."""
    return _enterprises(values)


def _citizens(values: Sequence[Any]) -> Keys:
    return _column(values, NISS_DIGITS, 0, lambda numbers: are_niss(numbers, today=clock.today()))


def _enterprises(values: Sequence[Any]) -> Keys:
    return _column(values, CBE_DIGITS, ENTERPRISE_BASE, are_cbe)


def _column(values: Sequence[Any], digits: int, base: int, good: Good) -> Keys:
    try:
        text = "".join(values)
        regular = set(map(len, values)) == {digits} and text.isascii() and text.isdigit()
    except TypeError:
        raise invalid_schema("eboxIdValue is not a string") from None
    if not regular:
        text = "".join(_or_zeros(value, digits) for value in values)
    signs = np.frombuffer(text.encode(), np.uint8).reshape(-1, digits)
    numbers: Keys = (signs - ord("0")).astype(np.int64) @ 10 ** np.arange(digits - 1, -1, -1, dtype=np.int64)
    return np.where(good(numbers), numbers + base, NOBODY)


def _or_zeros(value: str, digits: int) -> str:
    """Return the digits, or zeros, which no check accepts."""
    return value if len(value) == digits and value.isascii() and value.isdigit() else "0" * digits
