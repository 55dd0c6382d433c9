"""What every action on a broadcast answers: what was done, and whose turn it is now; or the whole sheet as JSON."""

from __future__ import annotations

import typer

from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.cli.broadcast.next_steps import outlook_lines
from eboxcast.cli.shell import console
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.presenters.broadcast_words import SITUATIONS, STATES
from eboxcast.presenters.broadcasts import broadcast_answer
from eboxcast.presenters.json import as_json as json_of

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
        typer.echo(json_of(broadcast_answer(broadcast, language_of_user())))
        return
    typer.echo("\n".join([done, *head_of(broadcast), "", *outlook_lines(broadcast)]))
