"""Mails are taken in by a process of its own, which may be killed."""

from __future__ import annotations

from eboxcast.database import boot
from eboxcast.lib.actors import Actor, Role

boot.start()

# Only here, as the models need the settings.
from eboxcast.notices.incoming.taking_in import take_in_mails  # noqa: E402

take_in_mails(actor=Actor("lou", frozenset({Role.LAUNCH})))
