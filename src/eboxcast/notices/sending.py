"""Sending what waits: each notice in the hands of one process at a time, tried again with growing pauses.

Two processes never send the same notice at once: who takes it holds its row for a while. If that process ends between
the server's answer and the note of it, the mail goes out once more with the same Message-ID, which mailboxes know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.errors import HeaderParseError
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.notices.invitation_links import with_link
from eboxcast.notices.models import Notice, State
from eboxcast.notices.transport.message import message_of
from eboxcast.notices.transport.ways import SECONDS, Folder, NobodyAnswers, NotSent, Refused, Smtp, Way

OPEN = (State.WAITING, State.FAILED)
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=4)
MOST_ATTEMPTS = 50
"""With these pauses a mail that fails for now is tried again for about a week."""
# A connection, its TLS and a mail are some ten answers of the server, each within its time limit.
_LEASE = timedelta(seconds=10 * SECONDS)
_MOST_DOUBLINGS = 10


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What one pass came to."""

    sent: int
    failed: int
    """Tried again later."""
    given_up: int
    problem: str
    """Why the pass ended early; empty when all that was due was tried."""


def send_due(*, ended: Callable[[], bool] = lambda: False) -> Sent:
    """Send every notice that is due, until ``ended`` says so.

    A way that is closed ends the pass too, and the next one tries again.
    """
    count = {State.SENT: 0, State.FAILED: 0, State.GIVEN_UP: 0}
    problem = ""
    with open_way() as way:
        while not problem and not ended() and (notice := _take()):
            outcome, problem = _try(way, notice)
            count[outcome] += 1
    return Sent(sent=count[State.SENT], failed=count[State.FAILED], given_up=count[State.GIVEN_UP], problem=problem)


def world_now() -> datetime:
    """Return the time of the world, whatever our clock was moved to."""
    return clock.now() - clock.offset()


@contextmanager
def open_way() -> Iterator[Way]:
    """Yield how mails leave, by the settings."""
    server = settings.EBOXCAST_MAIL_SERVER
    way: Way = Smtp(server) if server else Folder(Path(settings.EBOXCAST_STATE_DIR) / "mail")
    try:
        yield way
    finally:
        way.close()


@sanitized_db_errors()
def _take() -> Notice | None:
    """Take the oldest notice that is due and in nobody's hands."""
    now = world_now()
    with transaction.atomic():
        free = Q(leased_until=None) | Q(leased_until__lt=now)
        due = Notice.objects.filter(free, state__in=OPEN, next_try_at__lte=now)
        notice = due.select_for_update(skip_locked=True).order_by("next_try_at", "id").first()
        if notice is not None:
            notice.leased_until = now + _LEASE
            notice.attempts += 1
            notice.save(update_fields=["leased_until", "attempts"])
    return notice


def _try(way: Way, notice: Notice) -> tuple[State, str]:
    """Send one notice and note what came of it; the text says why nothing else can be sent now."""
    try:
        way.send(_written(notice), address=notice.address, number=notice.pk)
    except NotSent as failure:
        state = _note_failure(notice, failure)
        return state, failure.problem if isinstance(failure, NobodyAnswers) else ""
    _note(notice, State.SENT, sent_at=clock.now(), last_problem="")
    return State.SENT, ""


def _written(notice: Notice) -> EmailMessage:
    try:
        return message_of(with_link(notice))
    except (ValueError, IndexError, HeaderParseError) as unfit:  # one address must not hold up everybody's mail
        raise Refused(f"it cannot be written as a mail ({type(unfit).__name__})") from unfit


def _note_failure(notice: Notice, failure: NotSent) -> State:
    for_good = isinstance(failure, Refused) or notice.attempts >= MOST_ATTEMPTS
    state = State.GIVEN_UP if for_good else State.FAILED
    pause = min(FIRST_PAUSE * 2 ** min(notice.attempts - 1, _MOST_DOUBLINGS), LONGEST_PAUSE)
    _note(notice, state, next_try_at=world_now() + pause, last_problem=failure.problem)
    return state


@sanitized_db_errors()
def _note(notice: Notice, state: State, **values: object) -> None:
    """Note the outcome, unless another process took the notice meanwhile because we were too slow."""
    mine = Notice.objects.filter(pk=notice.pk, attempts=notice.attempts, state__in=OPEN)
    mine.update(state=state, leased_until=None, **values)
