"""The rules by which faults hit calls, as they are given in JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from eboxcast.simulator.recipients import NOBODY, key_of_digits

PUBLISH = "publishMessage"
LINK = "linkEboxMessage"
STATUSES = "searchMessageStatus"
PREFERENCES = "searchPreferences"
TOKEN = "token"  # noqa: S105 - the name of an operation
READ = "read"
REFERENCE = "referenceData"
OPERATIONS = (PUBLISH, LINK, STATUSES, PREFERENCES, TOKEN, READ, REFERENCE)

_LARGEST_DELAY_MS = 600_000


class Fault(StrEnum):
    """What can go wrong with a call."""

    DELAY = "delay"
    STATUS = "status"
    CUT_BEFORE = "cut-before"
    CUT_DURING = "cut-during"
    CUT_AFTER = "cut-after"
    WRONG_COUNT = "wrong-count"
    REFUSE = "refuse"
    EXPIRE_TOKENS = "expire-tokens"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A fault, the calls it hits, and how."""

    operation: str
    fault: Fault
    after: int = 0
    every: int = 1
    probability: float = 1.0
    times: int | None = None
    delay_ms: float = 0.0
    when: str = "before"
    status: int = 503
    retry_after: int | None = None
    offset: int = -1
    share: float = 0.0
    recipients: tuple[int, ...] = ()


_ALLOWED = {field.name for field in fields(Rule)}
_RANGES: dict[str, tuple[float, float]] = {
    "after": (0, 10**9),
    "every": (1, 10**9),
    "probability": (0, 1),
    "times": (0, 10**9),
    "delay_ms": (0, _LARGEST_DELAY_MS),
    "status": (400, 599),
    "retry_after": (0, 86_400),
    "offset": (-1000, 1000),
    "share": (0, 1),
}
_WHOLE = {"after", "every", "times", "status", "retry_after", "offset"}


def read_rules(rules: Sequence[object]) -> list[Rule]:
    """Return the rules. Raises ValueError saying which one is wrong, and why, without repeating its values."""
    return [_rule(number, rule) for number, rule in enumerate(rules, start=1)]


def _rule(number: int, given: object) -> Rule:
    wrong = next(_wrong(given), None) if isinstance(given, dict) else "is not an object"
    if wrong is not None or not isinstance(given, dict):
        raise ValueError(f"rule {number}: {wrong}")
    values = dict(given)
    values["fault"] = Fault(values["fault"])
    values["recipients"] = tuple(key_of_digits(text) for text in values.get("recipients", ()))
    return Rule(**values)


def _wrong(given: dict[str, Any]) -> Iterator[str]:
    yield from (f"[{name}] is unknown" for name in sorted(set(given) - _ALLOWED))
    if given.get("operation") not in (*OPERATIONS, "*"):
        yield f"operation is none of {', '.join(OPERATIONS)}, *"
    if given.get("fault") not in tuple(Fault):
        yield f"fault is none of {', '.join(Fault)}"
    if given.get("when", "before") not in ("before", "after"):
        yield "when is neither before nor after"
    yield from (f"[{name}] is not from {low} to {high}" for name, (low, high) in _RANGES.items() if _out(given, name))
    if not _are_recipients(given.get("recipients", [])):
        yield "recipients is not a list of valid numbers"


def _out(given: dict[str, Any], name: str) -> bool:
    low, high = _RANGES[name]
    value = given.get(name, low)
    kinds = (int,) if name in _WHOLE else (int, float)
    return isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high


def _are_recipients(given: object) -> bool:
    return isinstance(given, list) and all(isinstance(text, str) and key_of_digits(text) != NOBODY for text in given)
