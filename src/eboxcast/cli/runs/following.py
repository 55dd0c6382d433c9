"""Following runs: where one stands, until it ends if you like, and all of them, newest first."""

from __future__ import annotations

from contextlib import suppress
from threading import Event
from typing import Annotated

import typer
from rich.live import Live
from rich.text import Text

from eboxcast.cli.runs.text import print_runs, status_head, status_lines, work_line
from eboxcast.cli.shell import console
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson, EnvironmentName, RunNumber
from eboxcast.delivery.errors import Interrupted
from eboxcast.delivery.models import Run, State
from eboxcast.delivery.runs.lookup import find_run, list_runs
from eboxcast.delivery.runs.settlement import settle
from eboxcast.lib.translation import language_of_user
from eboxcast.presenters.json import as_json as json_text
from eboxcast.presenters.runs import run_list, run_status

_IN_PLACE_SECONDS = 1.0
_LINES_SECONDS = 5.0
_GOES_ON = (State.PREPARING, State.PREPARED, State.RUNNING, State.PAUSED)


app = command_app()


@app.command()
def status(
    run: RunNumber,
    watched: Annotated[
        bool, typer.Option("--watch", help="Follow the run until it ends; Ctrl-C ends only this display.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show the state of a run, since when and by whom, and the exact commands for the possible next steps."""
    found = settle(find_run(run, actor=actor()))
    show_status(_watch(found) if watched else found, as_json=as_json)


@app.command()
def runs(
    environment: Annotated[EnvironmentName | None, typer.Option(help="Only acceptance, or only production.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The maximum number of runs.")] = 20,
    before: Annotated[str | None, typer.Option(help="Only runs older than this one: the next page.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the runs, newest first."""
    who = actor()
    older_than = find_run(before, actor=who) if before else None
    name = environment.value if environment else None
    page = list_runs(actor=who, environment=name, limit=limit, older_than=older_than)
    found = run_list(page)
    if as_json:
        typer.echo(json_text(found))
    else:
        print_runs(found, language_of_user())


def show_status(run: Run, *, as_json: bool) -> None:
    """Print where a settled run stands."""
    language = language_of_user()
    found = run_status(run, language)
    typer.echo(json_text(found) if as_json else "\n".join(status_lines(found, language)))


def _watch(run: Run) -> Run:
    """Show how a run goes until it ends, or until a signal ends the watching; the run does not notice."""
    with suppress(Interrupted):
        if console.terminal().is_terminal:
            _in_place(run)
        else:
            _line_by_line(run)
    return settle(run)


def _in_place(run: Run) -> None:
    language, pause = language_of_user(), Event()
    with Live(console=console.terminal(), auto_refresh=False, transient=True) as live:
        while settle(run).state in _GOES_ON:
            live.update(Text("\n".join(status_lines(run_status(run, language), language))), refresh=True)
            pause.wait(_IN_PLACE_SECONDS)


def _line_by_line(run: Run) -> None:
    language, pause = language_of_user(), Event()
    while settle(run).state in _GOES_ON:
        found = run_status(run, language)
        console.line(work_line(found, found.work, language) if found.work else status_head(found, language))
        pause.wait(_LINES_SECONDS)
