"""`eboxcast exchange`: the drop folders of the institutions."""

from __future__ import annotations

from typing import Annotated

import typer
from django.db import connections

from eboxcast.cli.shell import console
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.options import AsJson
from eboxcast.cli.shell.signals import asked_to_end
from eboxcast.exchange.codes import OUTCOMES
from eboxcast.exchange.collection import collect as collect_sets
from eboxcast.exchange.folders import drop_folder
from eboxcast.exchange.intake import TROUBLE, WAITING, Collected
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.presenters.json import json_line
from eboxcast.presenters.operations import set_taken
from eboxcast.presenters.schemas.operations import SetTaken

_READY = N_(
    "Collecting files from {folder}, every {seconds} seconds. SIGTERM or Ctrl-C stops it after the current set."
)

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.callback()
def main() -> None:
    """Collect files from the drop folders of the institutions, and write receipts."""


@app.command()
def collect(
    once: Annotated[bool, typer.Option("--once", help="Run once, then exit: for a scheduler.")] = False,
    every: Annotated[float, typer.Option(min=1, max=3600, help="Seconds between two passes.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Collect every set that is complete with its GO file, in every folder. `eboxcast steward` does this too.

    Several can run at the same time: one works, the others find nothing to do.
    """
    root, who = drop_folder(), actor()
    if once:
        if not all(_tell(one, as_json=as_json) for one in collect_sets(root, actor=who)):
            raise typer.Exit(1)
        return
    ending = asked_to_end()
    console.line(translate(_READY, language_of_user(), {"folder": root, "seconds": f"{every:g}"}))
    while not ending.asked:
        for one in collect_sets(root, actor=who):
            if one.outcome != WAITING:
                _tell(one, as_json=as_json)
        connections.close_all()
        ending.wait(every)


def _tell(one: Collected, *, as_json: bool) -> bool:
    if as_json:
        typer.echo(json_line(set_taken(one)))
    elif one.error is None:
        typer.echo(told(set_taken(one)))
    if one.error is not None:
        console.error(one.error)
    return one.outcome != TROUBLE


_TOLD = N_("{institution}, {environment}: {reference}: {outcome}.")


def told(one: SetTaken) -> str:
    """Return what came of a set, as a sentence."""
    language = language_of_user()
    outcome = translate(OUTCOMES[one.outcome], language, {"codes": ", ".join(map(str, one.codes))})
    data = {"institution": one.institution, "environment": one.environment, "reference": one.reference}
    return translate(_TOLD, language, {**data, "outcome": outcome})
