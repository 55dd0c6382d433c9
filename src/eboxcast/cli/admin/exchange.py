"""`eboxcast exchange`: the drop folders of the institutions."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings
from django.db import connections

from eboxcast.cli.admin.exchange_answer import told, values
from eboxcast.cli.admin.steward import Ending
from eboxcast.cli.shell import console
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.options import AsJson
from eboxcast.exchange.collection import collect as collect_sets
from eboxcast.exchange.errors import DropFolderNotSet
from eboxcast.exchange.intake import TROUBLE, WAITING, Collected
from eboxcast.lib.translation import N_, language_of_user, translate

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
        if not all(_show(one, as_json=as_json) for one in collect_sets(root, actor=who)):
            raise typer.Exit(1)
        return
    ending = Ending()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ending.ask)
    console.line(translate(_READY, language_of_user(), {"folder": root, "seconds": f"{every:g}"}))
    while not ending.asked:
        for one in collect_sets(root, actor=who):
            if one.outcome != WAITING:
                _show(one, as_json=as_json)
        connections.close_all()
        ending.wait(every)


def drop_folder() -> Path:
    """Return the folder that holds those of the institutions. Raises DropFolderNotSet."""
    root: Path | None = settings.EBOXCAST_DROP_DIR
    if root is None:
        raise DropFolderNotSet
    return root


def _show(one: Collected, *, as_json: bool) -> bool:
    if as_json:
        typer.echo(json.dumps(values(one), ensure_ascii=False))
    elif one.error is None:
        typer.echo(told(one))
    if one.error is not None:
        console.error(one.error)
    return one.outcome != TROUBLE
