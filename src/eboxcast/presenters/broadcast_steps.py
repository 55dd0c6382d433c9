"""What comes next for a broadcast, each step with whose turn it is, by when, and the exact command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from eboxcast.broadcasts.errors import NoFreeDate
from eboxcast.broadcasts.guards import window_of
from eboxcast.broadcasts.models import Broadcast
from eboxcast.broadcasts.progress import Gap, Standing, Step, days_left, gaps_of, standing_of
from eboxcast.broadcasts.scheduling import days_to_propose
from eboxcast.broadcasts.states import Action, permission_of
from eboxcast.broadcasts.words import LATENESS
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.actors import Role
from eboxcast.lib.command_line import command_of
from eboxcast.lib.errors import Told
from eboxcast.lib.formatting import short_run
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
    """Empty where nothing needs to be done, and where it would be refused: what is missing comes first."""


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What is to be done, what is late, and what is missing."""

    steps: tuple[Next, ...]
    late: tuple[str, ...]
    gaps: tuple[Gap, ...]
    """What is missing, and before what."""

    @property
    def missing(self) -> tuple[Told, ...]:
        """Return all that is missing, each once."""
        return tuple({repr(one): one for gap in self.gaps for one in gap.missing}.values())


@sanitized_db_errors()
def outlook_of(
    broadcast: Broadcast, language: str, standing: Standing | None = None, *, steps_alone: bool = False
) -> Outlook:
    """Return what comes next, in a language; ``standing`` where it is known already.

    ``steps_alone`` leaves out commands and what is missing, which take a closer look at each broadcast.
    """
    standing = standing or standing_of(broadcast)
    gaps = () if steps_alone else gaps_of(broadcast, standing)
    commands = ["" if steps_alone else _command(step, broadcast, gaps) for step in standing.steps]
    return Outlook(
        steps=tuple(_next(step, language, command) for step, command in zip(standing.steps, commands, strict=True)),
        late=late_in(standing, language),
        gaps=gaps,
    )


def late_in(standing: Standing, language: str) -> tuple[str, ...]:
    """Return what is late, in words."""
    return tuple(translate(one.sentence, language, one.data) for one in standing.late)


def _next(step: Step, language: str, command: str) -> Next:
    data = {name: translate(LATENESS.get(value, str(value)), language) for name, value in step.data.items()}  # type: ignore[call-overload]
    return Next(
        turn=step.turn,
        sentence=translate(step.sentence, language, data),
        due_at=step.due_at,
        action=step.action,
        command=command,
    )


def _command(step: Step, broadcast: Broadcast, gaps: Sequence[Gap]) -> str:
    """Return the command of a step, where it would not be refused."""
    action = next_action_of(step, broadcast)
    return command_of(action) if action and step.action not in [gap.before for gap in gaps] else ""


def next_action_of(step: Step, broadcast: Broadcast) -> NextAction | None:
    """Return the step as a next action, with what is known of it already; None where nothing needs to be done."""
    number, action = {"broadcast": broadcast.number}, step.action
    match action:
        case Action.ACCEPT:
            number["date"] = days_left(broadcast)[0].isoformat()
        case Action.AGREE:
            number["date"] = days_left(broadcast)[0].isoformat()
        case Action.POSTPONE:
            number.update(_if_none_is_free(broadcast))
        case Action.ARM:
            start, end = window_of(broadcast)
            action = Action.LAUNCH if start <= clock.now() < end else Action.ARM
        case Action.WAIVE:
            number["what"] = str(step.data["what"])
        case Action.FINISH:
            return NextAction(action="run.see", parameters={"run": short_run(broadcast.production_run)})
        case Action.JUDGE:
            return NextAction(action="broadcast.look", parameters=number)
        case Action.LAUNCH:
            return None
    return NextAction(action=permission_of(action), parameters=number)


def _if_none_is_free(broadcast: Broadcast) -> dict[str, str]:
    """Have the dates chosen by hand where none would be found: without any, the nearest free ones are proposed."""
    try:
        days_to_propose(broadcast)
    except NoFreeDate:
        return {"date": "DATE"}
    return {}
