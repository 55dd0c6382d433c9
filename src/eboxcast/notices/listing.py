"""Looking at notices, and having one tried again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, Min, OuterRef, Q

from eboxcast.audit.actions import record
from eboxcast.audit.models import Entry, Seal
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.policy import authorize
from eboxcast.notices.errors import NoticeEmptied, NoticeNotFound, NoticeSent, NoticeWithoutReader
from eboxcast.notices.models import ROLE, Bookmark, Item, Notice, State
from eboxcast.notices.sending import world_now
from eboxcast.senders.models import Person


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many notices stand where."""

    waiting: int
    sent: int
    failed: int
    given_up: int
    no_reader: int


@dataclass(frozen=True, kw_only=True)
class Sought:
    """Which notices are asked for; what is empty is not asked."""

    broadcast: UUID | None = None
    states: Collection[str] = ()
    kind: str = ""
    """That of anything it tells."""
    reader: str = ""
    """A part of a name, a login or an address."""
    before: int | None = None
    """Only older ones: to turn the pages of a long list."""


def list_notices(sought: Sought | None = None, *, actor: Actor, limit: int = 100) -> list[Notice]:
    """Return the newest notices that are asked for, oldest first. Raises NotYourRole."""
    authorize(actor, "notice.see")
    return newest_notices(sought or Sought(), limit=limit)


@sanitized_db_errors()
def newest_notices(sought: Sought, *, limit: int) -> list[Notice]:
    """Return the newest notices for whoever sees what they are about, oldest first."""
    found = Notice.objects.filter(_matches(sought)).order_by("-id")
    return list(reversed(found.prefetch_related("items")[:limit]))


def _matches(sought: Sought) -> Q:
    wanted = _about(sought.broadcast) if sought.broadcast is not None else Q()
    if sought.states:
        wanted &= Q(state__in=list(sought.states))
    if sought.kind:
        wanted &= Q(kind=sought.kind) | Q(id__in=Item.objects.filter(kind=sought.kind).values("notice"))
    if sought.reader:
        named = Person.objects.filter(full_name__icontains=sought.reader).values("name")
        known = Q(recipient__icontains=sought.reader) | Q(address__icontains=sought.reader)
        wanted &= known | Q(recipient__in=named)
    if sought.before is not None:
        wanted &= Q(id__lt=sought.before)
    return wanted


def _about(broadcast: UUID) -> Q:
    return Q(broadcast=broadcast) | Q(id__in=Item.objects.filter(broadcast=broadcast).values("notice"))


@sanitized_db_errors()
def tally() -> Tally:
    """Return how many notices stand where."""
    counts = dict(Notice.objects.values_list("state").annotate(Count("id")).order_by())
    return Tally(
        waiting=counts.get(State.WAITING, 0),
        sent=counts.get(State.SENT, 0),
        failed=counts.get(State.FAILED, 0),
        given_up=counts.get(State.GIVEN_UP, 0),
        no_reader=counts.get(State.NO_READER, 0),
    )


@sanitized_db_errors()
def unread_since() -> datetime | None:
    """Return since when something happened to broadcasts of which no mail was made; None when all of it was read."""
    bookmark = Bookmark.objects.filter(id=1).values_list("seal", flat=True).first() or 0
    read = Seal.objects.filter(entry=OuterRef("id"), entry_segment=OuterRef("segment"), number__lte=bookmark)
    lately = Entry.objects.filter(broadcast__isnull=False, at__gte=clock.now() - _LATELY)
    first: datetime | None = lately.filter(~Exists(read)).aggregate(first=Min("at"))["first"]
    return first


_LATELY = timedelta(days=30)


@sanitized_db_errors()
def last_problem() -> str:
    """Return why the last notice that could not be sent was not; empty where all were."""
    troubled = Notice.objects.filter(state__in=(State.FAILED, State.GIVEN_UP)).order_by("-next_try_at")
    return troubled.values_list("last_problem", flat=True).first() or ""


def find_notice(number: int, *, actor: Actor) -> Notice:
    """Return a notice. Raises NotYourRole, NoticeNotFound."""
    authorize(actor, "notice.see")
    return _find(number)


@sanitized_db_errors()
def _find(number: int) -> Notice:
    found = Notice.objects.filter(pk=number).first()
    if found is None:
        raise NoticeNotFound(number=str(number))
    return found


def retry(number: int | None, *, actor: Actor) -> int:
    """Have a notice tried again at once, or all that were not sent; return how many.

    Raises NotYourRole, NoticeNotFound, NoticeSent, NoticeWithoutReader, NoticeEmptied.
    """
    authorize(actor, "notice.retry")
    if number is not None:
        _refuse_ended(_find(number))
    with sanitized_db_errors(), transaction.atomic():
        again = Notice.objects.filter(state__in=(State.FAILED, State.GIVEN_UP)).exclude(text="")
        if number is not None:
            again = again.filter(pk=number)
        count = again.update(state=State.WAITING, attempts=0, next_try_at=world_now())
        if count:
            record("notice.retried", by=actor.name, data={"notice": number, "count": count})
    return count


def _refuse_ended(notice: Notice) -> None:
    if notice.state == State.SENT:
        raise NoticeSent(number=str(notice.pk))
    if notice.state == State.NO_READER:
        raise NoticeWithoutReader(number=str(notice.pk), role=notice.recipient.removeprefix(ROLE))
    if not notice.text:
        raise NoticeEmptied(number=str(notice.pk))
