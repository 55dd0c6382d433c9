"""Deleting what mails said once what they are about ended long ago; that they were sent, to whom and when stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from eboxcast.audit.actions import record
from eboxcast.broadcasts.models import Broadcast
from eboxcast.broadcasts.states import ENDED
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.policy import authorize
from eboxcast.notices.models import Attachment, Item, Notice, ReceivedMail, State

DELETED = "notice.texts_deleted"


@dataclass(frozen=True, kw_only=True)
class Emptied:
    """How much was deleted, or would be, of the mails about one broadcast, or about none."""

    broadcast: UUID | None
    notices: int
    attachments: int


@sanitized_db_errors()
def foresee_emptying(*, actor: Actor) -> list[Emptied]:
    """Return what ``empty_notices`` would delete now, and change nothing. Raises NotYourRole."""
    authorize(actor, "data.expire")
    counts = (Count("id", distinct=True), Count("attachments", distinct=True))
    found = _due().order_by("broadcast").values_list("broadcast").annotate(*counts)
    return [Emptied(broadcast=about, notices=notices, attachments=files) for about, notices, files in found]


def empty_notices(*, actor: Actor) -> Iterator[Emptied]:
    """Delete the texts and attachments whose time has come; yield, broadcast by broadcast, how many, as audited.

    Raises NotYourRole, at once.
    """
    authorize(actor, "data.expire")
    return _empty_all(actor.name)


def _empty_all(by: str) -> Iterator[Emptied]:
    with sanitized_db_errors():
        broadcasts = list(_due().order_by("broadcast").values_list("broadcast", flat=True).distinct())
    for broadcast in broadcasts:
        with sanitized_db_errors(), transaction.atomic():
            emptied = _empty(broadcast)
            if emptied.notices:
                record(DELETED, by=by, broadcast=broadcast, data=_told(emptied))
        yield emptied


def _due() -> QuerySet[Notice]:
    """Return the notices that still have a text and are due; one that waits to be sent needs it.

    One about several broadcasts is due once all have ended long ago.
    """
    until = clock.now() - timedelta(days=settings.EBOXCAST_NOTICE_DAYS)
    ended = Broadcast.objects.filter(state__in=ENDED, changed_at__lte=until).values("id")
    about_what_ended = Q(broadcast__in=ended) | Q(broadcast=None, created_at__lte=until)
    goes_on = Item.objects.filter(notice=OuterRef("id"), broadcast__isnull=False).exclude(broadcast__in=ended)
    over = (State.SENT, State.GIVEN_UP, State.NO_READER)
    return Notice.objects.filter(about_what_ended, ~Exists(goes_on), state__in=over).exclude(text="")


def _empty(broadcast: UUID | None) -> Emptied:
    about = Q(broadcast=broadcast) if broadcast else Q(broadcast=None)
    notices = list(_due().filter(about).select_for_update(of=("self",)).values_list("id", flat=True))
    goes_with = Notice.attachments.through.objects.filter(notice__in=notices)
    files = set(goes_with.values_list("attachment", flat=True))
    goes_with.delete()
    _, deleted = Attachment.objects.filter(id__in=files, notices=None).delete()
    Notice.objects.filter(id__in=notices).update(text="", html="", calendar="")
    answers = ReceivedMail.objects.filter(notice__in=notices)
    answers.update(sender="", sender_name="", subject="", text="", file_names=[])
    return Emptied(broadcast=broadcast, notices=len(notices), attachments=deleted.get(Attachment._meta.label, 0))


def _told(emptied: Emptied) -> dict[str, object]:
    counts = {name: count for name, count in asdict(emptied).items() if name != "broadcast"}
    return {
        **counts,
        "rule": "broadcast-ended" if emptied.broadcast else "mail-old",
        "days": settings.EBOXCAST_NOTICE_DAYS,
    }
