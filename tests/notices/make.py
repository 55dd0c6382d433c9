"""Notices are made in a process of its own, which may be killed."""

from __future__ import annotations

from eboxcast.database import boot

boot.start()

# Only here, as the models need the settings.
from eboxcast.notices.making import make_notices  # noqa: E402

make_notices()
