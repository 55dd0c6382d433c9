"""The steward: what the procedure does by itself. One pass, its steps in order, each tried whatever became of the rest.

Each rule looks, does what is due and can be run again: two stewards at once, or one that was killed, do nothing twice.
What goes wrong with one broadcast does not keep the others waiting. Beside the passes the environments are compacted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Generic, TypeVar

from django.db import connections

from eboxcast.audit.heads import make_due_head
from eboxcast.audit.sealing import seal_pending
from eboxcast.broadcasts.errors import NotInThisState
from eboxcast.broadcasts.models import Broadcast
from eboxcast.broadcasts.states import ENDED
from eboxcast.database.errors import DatabaseGone, LockTaken, sanitized_db_errors
from eboxcast.delivery.broadcasts.agreed_launch import launch_when_due
from eboxcast.delivery.broadcasts.closing import conclude
from eboxcast.delivery.broadcasts.contact_centre import warn_when_prepared
from eboxcast.delivery.broadcasts.following_runs import end_with_window, follow, tell_half_sent
from eboxcast.delivery.broadcasts.reminders import miss_window, remind_of_terms
from eboxcast.delivery.broadcasts.withdrawal import discard_given_up, with_given_up_runs
from eboxcast.lib import clock
from eboxcast.lib.actors import STEWARD, Actor, NotYourRole
from eboxcast.lib.errors import EboxcastError
from eboxcast.lib.policy import authorize
from eboxcast.notices.alarms import Rung, send_alarms
from eboxcast.notices.making import make_notices
from eboxcast.notices.recipient_mails import Mailed, mail_recipients
from eboxcast.notices.sending import send_due
from eboxcast.operations.compaction import Compaction
from eboxcast.operations.passes import DidCounts, note_pass

T = TypeVar("T")

Intake = Callable[[], tuple[Sequence[T], Sequence[EboxcastError]]]
"""What a door takes in before the procedure goes on, such as sets of files: what was taken, and what went wrong."""


@dataclass(frozen=True, kw_only=True)
class Led:
    """One thing the steward did, or could not do."""

    broadcast: str
    did: str
    """The word of the audit entry, or the state that was noted."""
    trouble: EboxcastError | None = None


@dataclass
class Done(Generic[T]):
    """What a pass did, and what went wrong in it."""

    led: list[Led] = field(default_factory=list)
    taken: list[T] = field(default_factory=list)
    """What came in through the door."""
    sealed: int = 0
    made: int = 0
    sent: int = 0
    failed: int = 0
    given_up: int = 0
    problem: str = ""
    """Why mails could not be sent at all."""
    rung: Rung = field(default_factory=Rung)
    """What became of the alarms."""
    mailed: Mailed = field(default_factory=Mailed)
    """What became of the mails to recipients."""
    troubles: list[EboxcastError] = field(default_factory=list)

    def anything(self) -> bool:
        """Return whether there is something to tell; that entries were sealed is not."""
        mails = self.made or self.sent or self.failed or self.given_up or self.problem
        mailed, rung = any(vars(self.mailed).values()), any(vars(self.rung).values())
        return bool(self.led or self.taken or mails or mailed or rung or self.troubles)


def passes(
    take_in: Intake[T], *, ended: Callable[[], bool], wait: Callable[[], None], actor: Actor
) -> Iterator[Done[T]]:
    """Make one pass after the other until the end is asked for, and yield what each did.

    Raises NotYourRole, at once.
    """
    authorize(actor, "procedure.lead")
    return _passes(take_in, ended, wait, actor)


def one_pass(take_in: Intake[T], *, ended: Callable[[], bool], whole: bool, actor: Actor) -> Done[T]:
    """Take each step, until the end is asked for. ``actor`` has it done; what is done is done by the steward.

    ``whole`` seals whatever has no seal, however old it is; once a day is enough. Raises NotYourRole.
    """
    authorize(actor, "procedure.lead")
    done = Done[T]()
    steps: tuple[Callable[[], None], ...] = (
        lambda: _take_in(done, take_in),
        lambda: _lead(done, actor),
        lambda: _seal(done, whole=whole),
        lambda: _make_mails(done),
        lambda: _ring(done, ended),
        lambda: _send_mails(done, ended),
        lambda: _mail_recipients(done, ended),
        lambda: _note(done),
    )
    for step in steps:
        if ended():
            break
        try:
            with sanitized_db_errors():  # whichever it is: a server that is started anew must not end the steward
                step()
        except EboxcastError as trouble:
            done.troubles.append(trouble)
    return done


def lead(*, moment: datetime, actor: Actor) -> list[Led]:
    """Do all that is due with broadcasts at a moment, and return it.

    Raises NotYourRole; DatabaseGone: the next pass goes on.
    """
    authorize(actor, "procedure.lead")
    led: list[Led] = []
    for broadcast in _under_way():
        for rule in _rules(broadcast, moment):
            led += _carefully(broadcast, rule)
    for broadcast in with_given_up_runs():
        led += _carefully(broadcast, partial(_give_up, broadcast))
    return led


def _passes(take_in: Intake[T], ended: Callable[[], bool], wait: Callable[[], None], actor: Actor) -> Iterator[Done[T]]:
    last: date | None = None
    compaction = Compaction()
    try:
        while not ended():
            done = one_pass(take_in, ended=ended, whole=last != clock.today(), actor=actor)
            done.troubles += compaction.go_on()
            yield done
            last = clock.today()
            # A new connection finds out whether the server is back, and on a demo installation what time it is now.
            connections.close_all()
            wait()
    finally:
        compaction.end()


def _rules(broadcast: Broadcast, moment: datetime) -> tuple[Callable[[], list[str]], ...]:
    """Return what is looked at, in this order: what happened, what must not, what is to happen now, what comes after.

    Each returns what it did.
    """
    return (
        lambda: follow(broadcast),
        lambda: end_with_window(broadcast, moment=moment),
        lambda: miss_window(broadcast, moment=moment),
        lambda: launch_when_due(broadcast, moment=moment),
        lambda: tell_half_sent(broadcast, moment=moment),
        lambda: remind_of_terms(broadcast, moment=moment),
        lambda: warn_when_prepared(broadcast),
        lambda: conclude(broadcast, moment=moment),
    )


def _give_up(broadcast: Broadcast) -> list[str]:
    return ["run_discarded" for _ in discard_given_up(broadcast, actor=STEWARD)]


def _carefully(broadcast: Broadcast, rule: Callable[[], list[str]]) -> list[Led]:
    try:
        return [Led(broadcast=broadcast.number, did=did) for did in rule()]
    except DatabaseGone:
        raise
    except (NotInThisState, NotYourRole, LockTaken):  # somebody else decided in this very moment
        with sanitized_db_errors():
            broadcast.refresh_from_db()
        return []
    except EboxcastError as trouble:
        return [Led(broadcast=broadcast.number, did="", trouble=trouble)]


def _under_way() -> list[Broadcast]:
    with sanitized_db_errors():
        return list(Broadcast.objects.exclude(state__in=ENDED).order_by("agreed_at", "number"))


def _take_in(done: Done[T], take_in: Intake[T]) -> None:
    taken, troubles = take_in()
    done.taken += taken
    done.troubles += troubles


def _lead(done: Done[T], actor: Actor) -> None:
    led = lead(moment=clock.now(), actor=actor)
    done.led += [one for one in led if one.trouble is None]
    done.troubles += [one.trouble for one in led if one.trouble is not None]


def _seal(done: Done[T], *, whole: bool) -> None:
    done.sealed += seal_pending(everything=whole)
    make_due_head()


def _make_mails(done: Done[T]) -> None:
    done.made += make_notices()


def _ring(done: Done[T], ended: Callable[[], bool]) -> None:
    done.rung = send_alarms(ended=ended)


def _send_mails(done: Done[T], ended: Callable[[], bool]) -> None:
    sent = send_due(ended=ended)
    done.sent, done.failed, done.given_up, done.problem = sent.sent, sent.failed, sent.given_up, sent.problem


def _mail_recipients(done: Done[T], ended: Callable[[], bool]) -> None:
    done.mailed = mail_recipients(ended=ended)


def _note(done: Done[T]) -> None:
    did = DidCounts(
        steps_count=len(done.led),
        files_count=len(done.taken),
        emails_count=done.sent + done.mailed.sent,
        alarms_count=done.rung.sent,
    )
    note_pass(did, trouble_count=len(done.troubles))
