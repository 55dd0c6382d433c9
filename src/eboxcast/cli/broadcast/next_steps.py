"""What comes next for a broadcast, each step with whose turn it is, by when, and the exact command."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eboxcast.broadcasts.guards import window_of
from eboxcast.broadcasts.models import Broadcast, Outcome
from eboxcast.broadcasts.progress import Standing, Step, gap_of, standing_of
from eboxcast.broadcasts.scheduling import awaited_day
from eboxcast.broadcasts.states import Action
from eboxcast.cli.broadcast.words import LATENESS, who_in
from eboxcast.cli.shell.tables import aligned
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.actors import Role
from eboxcast.lib.errors import Told
from eboxcast.lib.formatting import long_date
from eboxcast.lib.telling import told_in
from eboxcast.lib.translation import N_, language_of_user, translate

FILES_SHOWN = 12
"""Characters of a digest that are enough to compare."""

_TURN = N_("Waiting for: {who}")
_BY = N_("by {date}")
_LATE = N_("Late: {what}.")
_ENDED = N_("No further action is needed.")
_MISSING = N_("Still missing before {asked}:")

_COMMANDS = {
    Action.AGREE: "eboxcast broadcast agree {number} {proposed}",
    Action.POSTPONE: 'eboxcast broadcast decide {number} postpone --reason "…"',
    Action.WANT: "eboxcast broadcast want {number} DATE",
    Action.RECONFIRM: "eboxcast broadcast reconfirm {number}",
    Action.WAIVE: 'eboxcast broadcast waive {number} {what} --reason "…"',
    Action.DELIVER_ACCEPTANCE: "eboxcast broadcast deliver {number} DIR --environment acceptance",
    Action.TEST: "eboxcast broadcast test {number}",
    Action.JUDGE: "eboxcast broadcast look {number}",
    Action.APPROVE: "eboxcast broadcast verdict {number} approve",
    Action.REJECT: 'eboxcast broadcast verdict {number} reject --reason "…"',
    Action.DELIVER_PRODUCTION: "eboxcast broadcast deliver {number} DIR --environment production",
    Action.GIVE_GO: "eboxcast broadcast go {number}",
    Action.WARN: "eboxcast broadcast warn {number}",
    Action.FINISH: "eboxcast status {run}",
    Action.REPORT: "eboxcast broadcast report {number}",
    Action.CLOSE: "eboxcast broadcast close {number}",
}


@dataclass(frozen=True, kw_only=True)
class Next:
    """A step as people see it."""

    turn: tuple[Role, ...]
    sentence: str
    due_at: datetime | None
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


def outlook_lines(broadcast: Broadcast) -> list[str]:
    """Return whose turn it is, with a line for each step, what is late and what is missing."""
    language = language_of_user()
    outlook = outlook_of(broadcast, language)
    if not outlook.steps:
        return [translate(_ENDED, language)]
    turn = list(dict.fromkeys(who_in(step.turn, language) for step in outlook.steps))
    rows = [(f"  {step.sentence}", _due(step, language), step.command) for step in outlook.steps]
    lines = [translate(_TURN, language, {"who": "; ".join(turn)}), *aligned(rows)]
    lines += [translate(_LATE, language, {"what": what}) for what in outlook.late]
    return lines + _missing_lines(outlook, language)


def _missing_lines(outlook: Outlook, language: str) -> list[str]:
    if not outlook.missing or outlook.before is None:
        return []
    head = translate(_MISSING, language, {"asked": translate(outlook.before, language)})
    return [head, *(f"  - {told_in(one, language)}" for one in outlook.missing)]


def _next(step: Step, broadcast: Broadcast, language: str) -> Next:
    data = {name: translate(LATENESS.get(value, str(value)), language) for name, value in step.data.items()}  # type: ignore[call-overload]
    return Next(
        turn=step.turn,
        sentence=translate(step.sentence, language, data),
        due_at=step.due_at,
        command=_command(step, broadcast),
    )


def _due(step: Next, language: str) -> str:
    if step.due_at is None:
        return ""
    return translate(_BY, language, {"date": long_date(step.due_at.astimezone(clock.BRUSSELS).date(), language)})


def _command(step: Step, broadcast: Broadcast) -> str:
    number = broadcast.number
    if step.action == Action.ACCEPT:
        return f"eboxcast broadcast decide {number} accept --date {awaited_day(broadcast)}"
    if step.action == Action.ARM:
        start, end = window_of(broadcast)
        return f"eboxcast launch {number}" if start <= clock.now() < end else f"eboxcast broadcast arm {number}"
    return _COMMANDS.get(step.action, "").format_map(_data(step, broadcast))


def _data(step: Step, broadcast: Broadcast) -> dict[str, object]:
    proposal = broadcast.decisions.filter(outcome=Outcome.POSTPONED, void_at=None).last()
    proposed = proposal.dates if proposal else []
    return {
        "number": broadcast.number,
        "proposed": proposed[0].isoformat() if proposed else "DATE",
        "run": str(broadcast.production_run or "")[:8],
        **step.data,
    }
