"""The date: accepted by both sides, postponed, refused, moved, missed, given up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from eboxcast.broadcasts.deadlines import deadlines_of
from eboxcast.broadcasts.errors import DateInThePast, DateNotOffered, DateNotSaid, DateNotWanted, NoFreeDate
from eboxcast.broadcasts.load import conflict_with, free_dates, recipients_of, refuse_impossible_days
from eboxcast.broadcasts.models import Broadcast, Decision, Outcome, Side, State
from eboxcast.broadcasts.progress import accepted_days, days_left
from eboxcast.broadcasts.states import Action
from eboxcast.broadcasts.steps import Step, fit_reason, step, void_go
from eboxcast.lib import clock
from eboxcast.lib.actors import STEWARD, Actor, Role
from eboxcast.planning.selectors import window_on


def accept(broadcast: Broadcast, *, actor: Actor, day: date, agreed_at: datetime | None = None) -> Broadcast:
    """Accept a wanted date for one's side; once both sides have, it is scheduled.

    ``agreed_at`` is another moment of that evening than its start. Raises DateNotWanted, DateInThePast, DateNotFree,
    AgreedMomentOutside.
    """
    with step(broadcast, Action.ACCEPT, actor=actor) as taken:
        if day not in taken.broadcast.wanted_dates:
            raise DateNotWanted(broadcast=broadcast.number, date=day, dates=tuple(taken.broadcast.wanted_dates))
        _refuse_impossible(taken.broadcast, day)
        window = window_on(day, agreed_at)
        _decide(taken, Outcome.ACCEPTED, dates=[day], agreed_at=agreed_at and window.agreed_at)
        taken.tell(date=day.isoformat())
        if _both_accept(taken.broadcast, day):
            _schedule(taken, day)
    return broadcast


def day_to_accept(broadcast: Broadcast, given: Sequence[date] = ()) -> date:
    """Return the day meant: the one given, the one the other side accepted, or the only one wanted.

    Raises DateNotSaid where several could be meant.
    """
    candidates = list(given) or _to_come(accepted_days(broadcast) or broadcast.wanted_dates)
    if len(candidates) != 1:
        first = next((day for day in days_left(broadcast) if day in candidates), candidates[0])
        raise DateNotSaid(broadcast=broadcast.number, dates=tuple(candidates), first=first.isoformat())
    return candidates[0]


def days_concerned(broadcast: Broadcast) -> list[date]:
    """Return the date of a broadcast, or those wanted while it has none."""
    return [broadcast.date] if broadcast.date else list(broadcast.wanted_dates)


def days_to_propose(broadcast: Broadcast, given: Sequence[date] = ()) -> list[date]:
    """Return the days to propose instead: those given, or the nearest that are free. Raises NoFreeDate."""
    if given:
        return list(given)
    day = max(days_concerned(broadcast)[0], clock.today())
    free = list(free_dates(broadcast, day))
    if not free:
        raise NoFreeDate(broadcast=broadcast.number, date=day.isoformat())
    return free


def postpone(broadcast: Broadcast, *, actor: Actor, reason: str, dates: Sequence[date]) -> Broadcast:
    """Say that the date cannot be, and which others could.

    Raises DateNotFree, DateInThePast, ReasonMissing, TextUnfit.
    """
    with step(broadcast, Action.POSTPONE, actor=actor) as taken:
        reason = fit_reason(reason, Action.POSTPONE)
        refuse_past(dates)
        for day in dates:
            _refuse_conflict(taken.broadcast, day)
        _let_date_go(taken, why="postponed")
        _decide(taken, Outcome.POSTPONED, dates=dates, reason=reason)
        taken.reason = reason
        taken.tell(reason=reason, dates=[day.isoformat() for day in dates])
    return broadcast


def agree(broadcast: Broadcast, *, actor: Actor, day: date) -> Broadcast:
    """Take one of the dates proposed; who proposed it has accepted it with that.

    Raises DateNotOffered, DateInThePast, DateNotFree.
    """
    with step(broadcast, Action.AGREE, actor=actor) as taken:
        proposal = taken.broadcast.decisions.filter(outcome=Outcome.POSTPONED, void_at=None).latest("id")
        if day not in proposal.dates:
            raise DateNotOffered(broadcast=broadcast.number, date=day, dates=tuple(proposal.dates))
        _refuse_impossible(taken.broadcast, day)
        taken.broadcast.wanted_dates = [day]
        taken.tell(date=day.isoformat())
        _void_decisions(taken.broadcast)
        Decision.objects.create(
            broadcast=taken.broadcast,
            side=proposal.side,
            outcome=Outcome.ACCEPTED,
            dates=[day],
            at=clock.now(),
            by=proposal.by,
        )
    return broadcast


def want(broadcast: Broadcast, *, actor: Actor, dates: Sequence[date]) -> Broadcast:
    """Ask for other dates; the GO and what was decided about the date are void.

    Raises DateInThePast, DateNotPossible.
    """
    with step(broadcast, Action.WANT, actor=actor) as taken:
        refuse_past(dates)
        refuse_impossible_days(
            dates, institution=broadcast.institution_id, recipients=recipients_of(broadcast), without=broadcast
        )
        _let_date_go(taken, why="other dates wanted")
        _void_decisions(taken.broadcast)
        taken.broadcast.wanted_dates = list(dates)
        taken.tell(dates=[day.isoformat() for day in dates])
    return broadcast


def refuse(broadcast: Broadcast, *, actor: Actor, reason: str) -> Broadcast:
    """Refuse a broadcast for good; the institution may ask for another. Raises ReasonMissing, TextUnfit."""
    with step(broadcast, Action.REFUSE, actor=actor) as taken:
        reason = fit_reason(reason, Action.REFUSE)
        _let_date_go(taken, why="refused")
        _decide(taken, Outcome.REFUSED, dates=[], reason=reason)
        taken.reason = reason
        taken.tell(reason=reason)
    return broadcast


def cancel(broadcast: Broadcast, *, actor: Actor, reason: str) -> Broadcast:
    """Give a broadcast up, for good, before it is launched. Raises ReasonMissing, TextUnfit."""
    with step(broadcast, Action.CANCEL, actor=actor) as taken:
        reason = fit_reason(reason, Action.CANCEL)
        _let_date_go(taken, why="cancelled")
        taken.reason = reason
        taken.tell(reason=reason)
    return broadcast


def miss(broadcast: Broadcast) -> Broadcast:
    """Note that the window passed without the broadcast: the GO is void, another date is needed."""
    with step(broadcast, Action.MISS, actor=STEWARD) as taken:
        taken.tell(date=str(taken.broadcast.date), window_ends_at=_shown_end(taken.broadcast))
        _let_date_go(taken, why="the window was missed")
        _void_decisions(taken.broadcast)
    return broadcast


def side_of(actor: Actor) -> Side:
    """Return for which side somebody decides about dates."""
    return Side.VALIDATOR if Role.VALIDATOR in actor.roles and not actor.has(Role.INTEGRATION) else Side.OPERATOR


def refuse_past(dates: Sequence[date]) -> None:
    """Raise DateInThePast for a day that is not to come."""
    for day in dates:
        if day <= clock.today():
            raise DateInThePast(date=day)


def _to_come(days: Sequence[date]) -> list[date]:
    """Return the days that can still be; all of them where none can, so that it is said which."""
    return [day for day in days if day >= clock.today()] or list(days)


def _refuse_impossible(broadcast: Broadcast, day: date) -> None:
    """Refuse what was offered once and cannot be any more; today's evening is still to come."""
    if day < clock.today():
        raise DateInThePast(date=day)
    _refuse_conflict(broadcast, day)


def _refuse_conflict(broadcast: Broadcast, day: date) -> None:
    conflict = conflict_with(broadcast, day)
    if conflict is not None:
        raise conflict


def _decide(
    taken: Step,
    outcome: Outcome,
    *,
    dates: Sequence[date],
    reason: str = "",
    agreed_at: datetime | None = None,
) -> None:
    side = side_of(taken.actor)
    void = taken.broadcast.decisions.filter(void_at=None)
    (void.filter(side=side) if outcome == Outcome.ACCEPTED else void).update(void_at=clock.now())
    Decision.objects.create(
        broadcast=taken.broadcast,
        side=side,
        outcome=outcome,
        dates=list(dates),
        reason=reason,
        agreed_at=agreed_at,
        at=clock.now(),
        by=taken.actor.name,
    )
    taken.tell(side=str(side))


def _both_accept(broadcast: Broadcast, day: date) -> bool:
    accepted = broadcast.decisions.filter(void_at=None, outcome=Outcome.ACCEPTED, dates=[day])
    return set(accepted.values_list("side", flat=True)) == set(Side.values)


def _moment_said(broadcast: Broadcast, day: date) -> datetime | None:
    """Return the moment of that evening that a decider chose, the last who did; none for its start."""
    said = broadcast.decisions.filter(void_at=None, dates=[day], agreed_at__isnull=False).last()
    return said.agreed_at if said else None


def _schedule(taken: Step, day: date) -> None:
    broadcast = taken.broadcast
    window = window_on(day, _moment_said(broadcast, day))
    broadcast.date = day
    broadcast.window_starts_at, broadcast.window_ends_at = window.starts_at, window.ends_at
    broadcast.agreed_at = window.agreed_at
    broadcast.scheduled_at = clock.now()
    taken.to = State(broadcast.reached)
    terms = deadlines_of(broadcast)
    taken.also(
        "scheduled",
        date=day.isoformat(),
        agreed_at=window.agreed_at.isoformat(),
        window_ends_at=window.ends_at.isoformat(),
        reconfirmation_due=terms.reconfirmation_due_at.isoformat(),
        acceptance_due=terms.acceptance_due_at.isoformat(),
        goes_on_at=str(taken.to),
    )


_GOES_BACK_TO = {State.CONFIRMED: State.PRODUCTION_DELIVERED, State.ARMED: State.PRODUCTION_DELIVERED}
_HAS_NOT_BEGUN = (State.REQUESTED, State.POSTPONED, State.MISSED)


def _let_date_go(taken: Step, *, why: str) -> None:
    """Forget the date and all that was said about it; how far the files had come stays."""
    broadcast = taken.broadcast
    state = State(broadcast.state)
    void_go(taken, why=why)
    if state not in _HAS_NOT_BEGUN:
        broadcast.reached = _GOES_BACK_TO.get(state, state)
    broadcast.date = broadcast.window_starts_at = broadcast.agreed_at = broadcast.window_ends_at = None
    broadcast.scheduled_at = broadcast.reconfirmed_at = broadcast.contact_centre_warned_at = None
    broadcast.reconfirmed_by = ""
    broadcast.armed_at, broadcast.armed_by = None, ""
    broadcast.waivers.filter(void_at=None).update(void_at=clock.now())


def _void_decisions(broadcast: Broadcast) -> None:
    broadcast.decisions.filter(void_at=None).update(void_at=clock.now())


def _shown_end(broadcast: Broadcast) -> str:
    return broadcast.window_ends_at.isoformat() if broadcast.window_ends_at else ""
