"""What every action on a broadcast answers: what was done, and whose turn it is now; or the whole sheet as JSON."""

from __future__ import annotations

import typer

from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.broadcasts.progress import Gap
from eboxcast.cli.shell import console
from eboxcast.lib import clock
from eboxcast.lib.formatting import aligned, long_date
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.telling import told_in
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.presenters.broadcast_steps import Next, Outlook, outlook_of
from eboxcast.presenters.broadcast_words import SITUATIONS, STATES, who_in
from eboxcast.presenters.broadcasts import broadcast_answer
from eboxcast.presenters.json import json_text

_HEAD = N_("Broadcast {broadcast} · {state} · {language} · {subject}")


def head_of(broadcast: Broadcast) -> list[str]:
    """Return which broadcast it is, and where it stands in words."""
    language, state = language_of_user(), State(broadcast.state)
    data = {
        "broadcast": broadcast.number,
        "state": translate(STATES[state], language),
        "language": broadcast.language.upper(),
        "subject": mask_and_strip(broadcast.subject),
    }
    return [translate(_HEAD, language, data), translate(SITUATIONS[state], language)]


def tell(broadcast: Broadcast, sentence: str, *, as_json: bool, **data: object) -> None:
    """Print what was done and what comes next; as JSON all there is of the broadcast, the sentence beside it."""
    done = translate(sentence, language_of_user(), {"broadcast": broadcast.number, **data})
    if as_json:
        console.line(done)
        typer.echo(json_text(broadcast_answer(broadcast, language_of_user())))
        return
    typer.echo("\n".join([done, *head_of(broadcast), "", *outlook_lines(broadcast)]))


_TURN = N_("Waiting for: {who}")
_BY = N_("by {date}")
_LATE = N_("Late: {what}.")
_ENDED = N_("No further action is needed.")
_MISSING = N_("Still missing before {asked}:")


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
    return [line for gap in outlook.gaps for line in _gap_lines(gap, language)]


def _gap_lines(gap: Gap, language: str) -> list[str]:
    head = translate(_MISSING, language, {"asked": translate(gap.before, language)})
    return [head, *(f"  - {told_in(one, language)}" for one in gap.missing)]


def _due(step: Next, language: str) -> str:
    if step.due_at is None:
        return ""
    return translate(_BY, language, {"date": long_date(step.due_at.astimezone(clock.BRUSSELS).date(), language)})
