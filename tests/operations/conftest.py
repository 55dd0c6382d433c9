"""Broadcasts and runs, and the command line, for what keeps an installation going."""

from __future__ import annotations

from tests.cli.conftest import broadcasts, command, january, known_workers, office
from tests.delivery.conftest import story

__all__ = ["broadcasts", "command", "january", "known_workers", "office", "story"]
