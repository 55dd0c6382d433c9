"""What a kind of fault is; the kinds stand in ``faults.py`` (lists) and ``faults_of_files.py`` (the rest)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """What a fault is about. Only faults of rows can be excluded; all others stand against the whole package."""

    ROW = "list-row"
    LIST = "list"
    METADATA = "metadata"
    DOCUMENT = "document"
    PACKAGE = "package"
    SENDER = "sender"


@dataclass(frozen=True, kw_only=True)
class FaultKind:
    """One kind of fault. The ``{names}`` in its sentences are the fault's data, and its file, line and place."""

    code: str
    level: Level
    sentence: str
    remedy: str
