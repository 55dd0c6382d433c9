"""`eboxcast status`: where a run stands, and what comes next."""

from __future__ import annotations

from typing import Annotated

import typer

from eboxcast.cli.runs.status_text import show_status
from eboxcast.cli.runs.watching import watch
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson, RunNumber
from eboxcast.delivery.runs.finding import find_run
from eboxcast.delivery.runs.settlement import settle

app = command_app()


@app.command()
def main(
    run: RunNumber,
    watched: Annotated[bool, typer.Option("--watch", help="Follow it until it ends; Ctrl-C ends only this.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say where a run stands, since when and by whom, and the exact commands that can come next."""
    found = settle(find_run(run, actor=actor()))
    show_status(watch(found) if watched else found, as_json=as_json)
