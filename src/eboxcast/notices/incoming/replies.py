"""Looking at what came in: the replies about a broadcast, and when the mailbox was last read."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from eboxcast.database.errors import sanitized_db_errors
from eboxcast.notices.models import Inbox, ReceivedMail, Sort


@sanitized_db_errors()
def replies_to(broadcast: UUID) -> list[ReceivedMail]:
    """Return what people replied to mails about a broadcast, oldest first."""
    return list(ReceivedMail.objects.filter(broadcast=broadcast, sort=Sort.REPLY).order_by("id"))


@sanitized_db_errors()
def last_read() -> datetime | None:
    """Return when the mailbox was last read to its end; None for never."""
    return Inbox.objects.filter(id=1).values_list("read_at", flat=True).first()
