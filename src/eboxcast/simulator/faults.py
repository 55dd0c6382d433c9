"""Faults on demand: which call they hit, and what they do to it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eboxcast.lib.buckets import Keys
from eboxcast.simulator.eboxes import in_share
from eboxcast.simulator.fault_rules import Fault, Rule, read_rules

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
        self._rules = [_Counted(rule) for rule in read_rules(rules)]
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
