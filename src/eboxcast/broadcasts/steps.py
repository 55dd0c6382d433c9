"""One step of a broadcast: locked, its row of the table checked, then changed and told to the audit, or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from django.db import transaction

from eboxcast.audit.actions import record
from eboxcast.audit.models import Entry
from eboxcast.audit.selectors import entry_that_led_to
from eboxcast.broadcasts.errors import BroadcastNotFound, ChangedMeanwhile, NotInThisState, ReasonMissing
from eboxcast.broadcasts.guards import holding_go
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.broadcasts.progress import as_recorded
from eboxcast.broadcasts.states import TABLE, TRANSITIONS, Action, Transition, missing_for
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor, NotYourRole
from eboxcast.lib.digests import digest_of_values
from eboxcast.lib.errors import Defect, EboxcastError, NotAllowedNow, Reason
from eboxcast.lib.free_text import fit
from eboxcast.lib.translation import N_

T = TypeVar("T")


@dataclass
class Step:
    """What is under way; the caller changes ``broadcast`` and says in ``told`` what the audit shall know."""

    broadcast: Broadcast
    actor: Actor
    to: State
    entry: str
    environment: str = ""
    reason: str = ""
    """Why it is in the state it comes to; that of the state before goes with that state."""
    told: dict[str, object] = field(default_factory=dict)
    follows: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def tell(self, **data: object) -> None:
        """Add to what the audit entry says; plain JSON, never a national number."""
        self.told.update(data)

    def also(self, action: str, **data: object) -> None:
        """Leave another audit entry in the same transaction, after that of the step itself."""
        self.follows.append((f"broadcast.{action}", data))

    def leave_entries(self, *, before: str) -> None:
        """Add the entry of the step, and those that follow from it, to the audit."""
        moved = {"from": before, "to": str(self.to), **self.told}
        for action, data in ((self.entry, moved), *self.follows):
            leave_entry(self.broadcast, action, by=self.actor.name, environment=self.environment, data=data)


@contextmanager
def step(broadcast: Broadcast, action: Action, *, actor: Actor) -> Iterator[Step]:
    """Take one step of the table; everything the caller changes meanwhile is in the same control transaction.

    Raises BroadcastNotFound, NotYourRole, NotInThisState, NotReady; nothing has changed then.
    """
    with sanitized_db_errors(), transaction.atomic():
        locked = Broadcast.objects.select_for_update().get(id=broadcast.id)
        row = _row(locked, action, actor)
        _refuse_what_is_missing(locked, row, actor)
        under_way = Step(broadcast=locked, actor=actor, to=row.target or State(locked.state), entry=row.entry)
        yield under_way
        _save(under_way)
    _refresh(broadcast, locked)


def leave_entry(
    broadcast: Broadcast, action: str, *, by: str, environment: str = "", data: Mapping[str, object]
) -> None:
    """Add an entry about a broadcast to the audit, with how it stands then: mails say what was so, not what is."""
    told = {"number": broadcast.number, **data, "standing": as_recorded(broadcast)}
    record(action, by=by, broadcast=broadcast.id, environment=environment, data=told)


def refuse_impossible(broadcast: Broadcast, action: Action, *, actor: Actor) -> None:
    """Raise what ``step`` would raise now; for what takes long and should not be begun in vain.

    Raises BroadcastNotFound, NotYourRole, NotInThisState, NotReady.
    """
    with sanitized_db_errors():
        broadcast.refresh_from_db()
        _refuse_what_is_missing(broadcast, _row(broadcast, action, actor), actor)


def obstacle_to(broadcast: Broadcast, action: Action, *, actor: Actor) -> EboxcastError | None:
    """Return what ``step`` would raise for a broadcast as it was read; None where it would be taken.

    For what is offered: the step asks again.
    """
    try:
        with sanitized_db_errors():
            _refuse_what_is_missing(broadcast, _row(broadcast, action, actor), actor)
    except (NotAllowedNow, BroadcastNotFound) as error:
        return error
    return None


def fit_reason(reason: str, action: Action) -> str:
    """Return the reason that an action owes, as it is kept. Raises ReasonMissing, TextUnfit."""
    if not reason.strip():
        raise ReasonMissing(asked=str(action))
    return fit(reason, "reason")


def authorize_action(actor: Actor, action: Action) -> None:
    """Raise NotYourRole for whoever may take this step in no state at all."""
    _authorize(actor, action, [row for row in TABLE if row.action == action])


@contextmanager
def held(broadcast: Broadcast) -> Iterator[None]:
    """Hold the row of a broadcast, read anew: what is seen of it here is still so when something is done about it."""
    with sanitized_db_errors(), transaction.atomic():
        broadcast.refresh_from_db(from_queryset=Broadcast.objects.select_for_update())
        yield


@contextmanager
def as_seen(broadcast: Broadcast, mark: str) -> Iterator[None]:
    """Hold a broadcast that somebody looked at: what they decide counts only for how it stood then.

    ``mark`` is what ``mark_of`` said then; empty where nobody looked. Raises ChangedMeanwhile.
    """
    with held(broadcast):
        if mark and mark != mark_of(broadcast):
            raise _changed(broadcast)
        yield


def mark_of(broadcast: Broadcast) -> str:
    """Return a mark of how a broadcast stands, as far as decisions about it depend on that: for ``as_seen``."""
    values: dict[str, object] = {
        "state": broadcast.state,
        "wanted": [str(day) for day in broadcast.wanted_dates],
        "date": str(broadcast.date),
        "agreed": str(broadcast.agreed_at),
        "runs": [str(broadcast.acceptance_run), str(broadcast.production_run)],
        "decisions": list(broadcast.decisions.filter(void_at=None).values_list("id", flat=True)),
    }
    return digest_of_values(values).hex()[:_MARK]


_MARK = 16


def _changed(broadcast: Broadcast) -> ChangedMeanwhile:
    last = last_step(broadcast)
    at, by = (last.at, last.by) if last else (broadcast.changed_at, broadcast.requested_by)
    return ChangedMeanwhile(broadcast=broadcast.number, by=by, at=at)


@sanitized_db_errors()
def last_step(broadcast: Broadcast) -> Entry | None:
    """Return the audit entry of the last step of the table: who took it, and when."""
    return Entry.objects.filter(broadcast=broadcast.id, data__has_key="to").order_by("id").last()


def refuse_other_institutions(broadcast: Broadcast, actor: Actor) -> None:
    """Raise BroadcastNotFound for people of another institution: to them it does not exist."""
    if actor.institution and actor.institution != broadcast.institution_id:
        raise BroadcastNotFound(broadcast=broadcast.number)


def present(value: T | None) -> T:
    """Return what the state of a broadcast promises to be there."""
    if value is None:
        raise Defect(check="the state promises what is not there")
    return value


def _row(broadcast: Broadcast, action: Action, actor: Actor) -> Transition:
    refuse_other_institutions(broadcast, actor)
    authorize_action(actor, action)
    row = TRANSITIONS.get((State(broadcast.state), action))
    if row is None:
        raise _not_in_this_state(broadcast, action)
    _authorize(actor, action, [row])
    return row


def _not_in_this_state(broadcast: Broadcast, action: Action) -> NotInThisState:
    """Return the refusal, with who brought the broadcast to this state and when: often a colleague, a moment ago."""
    error = NotInThisState(broadcast=broadcast.number, state=broadcast.state, asked=str(action))
    with sanitized_db_errors():
        moved = entry_that_led_to(broadcast.id, str(broadcast.state))
    if moved is not None:
        error.parts = (Reason(sentence=_SINCE, data={"at": moved.at, "by": moved.by}),)
    return error


_SINCE = N_("Its state was changed by {by} on {at}.")


def _authorize(actor: Actor, action: Action, rows: Sequence[Transition]) -> None:
    roles = {role for row in rows for role in row.roles}
    if not (actor.has(*roles) or (actor.is_steward and any(row.by_itself for row in rows))):
        raise NotYourRole(name=actor.name, asked=str(action), roles=", ".join(sorted(roles)))


def _refuse_what_is_missing(broadcast: Broadcast, row: Transition, actor: Actor) -> None:
    missing = missing_for(broadcast, row.action, actor=actor)
    if missing is not None:
        raise missing


def _save(step: Step) -> None:
    broadcast = step.broadcast
    before = broadcast.state
    broadcast.state = step.to
    if step.reason or before != step.to:
        broadcast.reason = step.reason
    broadcast.changed_at = clock.now()
    broadcast.save()
    step.leave_entries(before=before)


def _refresh(broadcast: Broadcast, saved: Broadcast) -> None:
    values: Mapping[str, object] = {field.attname: getattr(saved, field.attname) for field in saved._meta.fields}
    for name, value in values.items():
        setattr(broadcast, name, value)


UNEXPLAINED = "taken back"
"""Why a GO is void that its giver withdrew without a reason."""


def void_go(taken: Step, *, why: str) -> None:
    """Void the GO that holds, if any, and leave an entry that says why.

    A GO is for one moment and one set of files; as soon as one of them changes it is void.
    """
    go = holding_go(taken.broadcast)
    if go is None:
        return
    go.void_at, go.void_why = clock.now(), why
    go.save()
    taken.broadcast.armed_at, taken.broadcast.armed_by = None, ""
    taken.also("go_void", why=why, given_by=go.given_by)
