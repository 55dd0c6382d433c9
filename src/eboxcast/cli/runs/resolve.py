"""`eboxcast resolve`: settle those of whom nobody knows whether they have the document."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from eboxcast.cli.runs.decisions import Reason, fit, tell
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson, RunNumber
from eboxcast.delivery.runs import remote_decisions
from eboxcast.delivery.runs.finding import find_run
from eboxcast.delivery.runs.settlement import settle
from eboxcast.lib.translation import N_
from eboxcast.mailboxes.models import OutcomeKind

app = command_app()


class Unknown(StrEnum):
    """What became of them."""

    PUBLISHED = "published"
    REFUSED = "refused"
    RESEND = "resend"


_AS = {
    Unknown.PUBLISHED: OutcomeKind.SENT,
    Unknown.REFUSED: OutcomeKind.REFUSED_BY_TARGET,
    Unknown.RESEND: None,
}
_TOLD = {
    Unknown.PUBLISHED: N_("{resolved} unknown recipients now count as published. Nothing will be sent to them again."),
    Unknown.REFUSED: N_("{resolved} unknown recipients now count as refused. Nothing will be sent to them again."),
    Unknown.RESEND: N_(
        "{resolved} unknown recipients will be sent to again. Those who already have the document will "
        "receive it twice."
    ),
}
_NEXT = N_("Now {remainder}. To continue: eboxcast resume {run}")


@app.command()
def main(
    run: RunNumber,
    unknown: Annotated[Unknown, typer.Option(help="What the provider's support says of them; resend sends again.")],
    reason: Reason,
    message_id: Annotated[
        str | None, typer.Option(help="With published: the provider's number of the message, where it is asked for.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Settle those of whom nobody knows whether they have the document: calls that were cut without an answer.

    `eboxcast report RUN --paper-list FILE` names them. Ask the provider's support before; this is kept for ever.
    """
    who = actor()
    found = settle(find_run(run, actor=who))
    count = remote_decisions.resolve(found, as_=_AS[unknown], actor=who, reason=fit(reason), message_number=message_id)
    settled = settle(found)
    tell(settled, _TOLD[unknown], _NEXT, as_json=as_json, resolved=count)
