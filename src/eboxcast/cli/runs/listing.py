"""`eboxcast runs`: all runs, newest first."""

from __future__ import annotations

from typing import Annotated

import typer

from eboxcast.cli.runs.listing_answer import show_runs
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson, EnvironmentName
from eboxcast.delivery.runs.finding import find_run
from eboxcast.delivery.runs.listing import list_runs

app = command_app()


@app.command()
def main(
    environment: Annotated[EnvironmentName | None, typer.Option(help="Only acceptance, or only production.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 20,
    before: Annotated[str | None, typer.Option(help="Only runs older than this one: the next page.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the runs, newest first."""
    who = actor()
    older_than = find_run(before, actor=who) if before else None
    name = environment.value if environment else None
    page = list_runs(actor=who, environment=name, limit=limit, older_than=older_than)
    show_runs(page, as_json=as_json)
