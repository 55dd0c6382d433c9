"""Faults on demand: which call they hit, and what they do to it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eboxcast.lib.buckets import Keys
from eboxcast.simulator.eboxes import in_share
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


def _read_rules(rules: Sequence[object]) -> list[Rule]:
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


_SEED = 1


class Cut(StrEnum):
    """When the connection breaks."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


_CUTS = {Fault.CUT_BEFORE: Cut.BEFORE, Fault.CUT_DURING: Cut.DURING, Fault.CUT_AFTER: Cut.AFTER}


@dataclass(slots=True)
class Plan:
    """What happens to one call."""

    seconds_before: float = 0.0
    seconds_after: float = 0.0
    status: int | None = None
    retry_after: int | None = None
    cut: Cut | None = None
    count_offset: int = 0
    expire_tokens: bool = False
    refusing: list[Rule] = field(default_factory=list)

    def refused(self, keys: Keys) -> NDArray[np.bool_]:
        """Tell for each recipient whether this call refuses it."""
        refused = np.zeros(len(keys), np.bool_)
        for rule in self.refusing:
            refused |= in_share(keys, rule.share)
            if rule.recipients:
                refused |= np.isin(keys, rule.recipients)
        return refused

    def apply(self, rule: Rule) -> None:
        """Add one fault. Of two that answer or cut, the first stands."""
        decided = self.status is not None or self.cut is not None
        if rule.fault is Fault.DELAY and rule.when == "before":
            self.seconds_before += rule.delay_ms / 1000
        elif rule.fault is Fault.DELAY:
            self.seconds_after += rule.delay_ms / 1000
        elif rule.fault is Fault.STATUS and not decided:
            self.status, self.retry_after = rule.status, rule.retry_after
        elif rule.fault in _CUTS and not decided:
            self.cut = _CUTS[rule.fault]
        elif rule.fault is Fault.WRONG_COUNT:
            self.count_offset += rule.offset
        elif rule.fault is Fault.REFUSE:
            self.refusing.append(rule)
        elif rule.fault is Fault.EXPIRE_TOKENS:
            self.expire_tokens = True


@dataclass(slots=True)
class _Counted:
    rule: Rule
    seen: int = 0
    hits: int = 0


class Faults:
    """The rules in force. Chance is the same in every run: it starts anew from one seed with each list of rules."""

    def __init__(self) -> None:
        self._rules: list[_Counted] = []
        self._chance = random.Random(_SEED)  # noqa: S311 - faults are no secrets

    def replace(self, rules: Sequence[object]) -> None:
        """Put these rules in the place of all others. Raises ValueError saying which one is wrong."""
        self._rules = [_Counted(rule) for rule in _read_rules(rules)]
        self._chance = random.Random(_SEED)  # noqa: S311 - as above

    def plan(self, operation: str) -> Plan:
        """Return what happens to this call."""
        plan = Plan()
        for counted in self._rules:
            if counted.rule.operation in (operation, "*") and self._hits(counted):
                plan.apply(counted.rule)
        return plan

    def hits(self) -> list[Mapping[str, Any]]:
        """Return for each rule how many calls it saw and how many it hit."""
        return [
            {"operation": one.rule.operation, "fault": one.rule.fault.value, "seen": one.seen, "hits": one.hits}
            for one in self._rules
        ]

    def _hits(self, counted: _Counted) -> bool:
        rule = counted.rule
        counted.seen += 1
        if counted.seen <= rule.after or (rule.times is not None and counted.hits >= rule.times):
            return False
        if (counted.seen - rule.after) % rule.every or self._chance.random() >= rule.probability:
            return False
        counted.hits += 1
        return True
