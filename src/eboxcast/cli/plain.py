"""What the commands show of the sender's own words; the reports need the same, so it stands in ``lib``."""

from __future__ import annotations

from eboxcast.lib.plain import grouped, plain, size

__all__ = ["grouped", "plain", "size"]
