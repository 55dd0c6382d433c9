"""One wrong place of a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class FormFault:
    """Where something is wrong and what to write there: a marked sentence, filled from ``data``."""

    place: str
    sentence: str
    data: Mapping[str, object] = field(default_factory=dict)
