"""One wrong place of a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_


@dataclass(frozen=True)
class FormFault:
    """Where something is wrong, and what to write there: a part of the error ``FormWrong``."""

    place: str
    remedy: str
    details: Mapping[str, object] = field(default_factory=dict)
    sentence: str = N_("{place}:")
    actions: Mapping[str, NextAction] = field(default_factory=dict)

    @property
    def data(self) -> Mapping[str, object]:
        """Return what fills sentence and remedy."""
        return {"place": self.place, **self.details}
