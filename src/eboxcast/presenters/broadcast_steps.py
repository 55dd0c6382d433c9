"""What comes next for a broadcast, each step with whose turn it is, by when, and the exact command."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eboxcast.broadcasts.guards import window_of
from eboxcast.broadcasts.models import Broadcast, Outcome
from eboxcast.broadcasts.progress import Standing, Step, gap_of, standing_of
from eboxcast.broadcasts.scheduling import awaited_day
from eboxcast.broadcasts.states import Action, permission_of
from eboxcast.broadcasts.words import LATENESS
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.actors import Role
from eboxcast.lib.command_line import command_of
from eboxcast.lib.errors import Told
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import translate


@dataclass(frozen=True, kw_only=True)
class Next:
    """A step as people see it."""

    turn: tuple[Role, ...]
    sentence: str
    due_at: datetime | None
    action: Action
    command: str
    """Empty where nothing needs to be done."""


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What is to be done, what is late, and what is missing."""

    steps: tuple[Next, ...]
    late: tuple[str, ...]
    missing: tuple[Told, ...]
    before: Action | None
    """What is not possible before those are there."""


@sanitized_db_errors()
def outlook_of(broadcast: Broadcast, language: str, standing: Standing | None = None) -> Outlook:
    """Return what comes next, in a language; ``standing`` where it is known already."""
    standing = standing or standing_of(broadcast)
    gap = gap_of(broadcast)
    return Outlook(
        steps=tuple(_next(step, broadcast, language) for step in standing.steps),
        late=late_in(standing, language),
        missing=gap.missing,
        before=gap.before,
    )


def late_in(standing: Standing, language: str) -> tuple[str, ...]:
    """Return what is late, in words."""
    return tuple(translate(one.sentence, language, one.data) for one in standing.late)


def _next(step: Step, broadcast: Broadcast, language: str) -> Next:
    data = {name: translate(LATENESS.get(value, str(value)), language) for name, value in step.data.items()}  # type: ignore[call-overload]
    return Next(
        turn=step.turn,
        sentence=translate(step.sentence, language, data),
        due_at=step.due_at,
        action=step.action,
        command=_command(step, broadcast),
    )


def _command(step: Step, broadcast: Broadcast) -> str:
    action = _next_action(step, broadcast)
    return command_of(action) if action else ""


def _next_action(step: Step, broadcast: Broadcast) -> NextAction | None:
    """Return the step as a next action, with what is known of it already; None where nothing needs to be done."""
    number, action = {"broadcast": broadcast.number}, step.action
    match action:
        case Action.ACCEPT:
            number["date"] = str(awaited_day(broadcast))
        case Action.AGREE:
            proposal = broadcast.decisions.filter(outcome=Outcome.POSTPONED, void_at=None).last()
            number["date"] = proposal.dates[0].isoformat() if proposal else "DATE"
        case Action.ARM:
            start, end = window_of(broadcast)
            action = Action.LAUNCH if start <= clock.now() < end else Action.ARM
        case Action.WAIVE:
            number["what"] = str(step.data["what"])
        case Action.FINISH:
            return NextAction(action="run.see", parameters={"run": str(broadcast.production_run)[:8]})
        case Action.JUDGE:
            return NextAction(action="broadcast.look", parameters=number)
        case Action.LAUNCH:
            return None
    return NextAction(action=permission_of(action), parameters=number)
