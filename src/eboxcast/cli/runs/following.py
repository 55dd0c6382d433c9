"""Following runs: where one stands, until it ends if you like, and all of them, newest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from eboxcast.cli.shell import console
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson, EnvironmentName, RunNumber
from eboxcast.delivery.errors import Interrupted
from eboxcast.delivery.models import Run, State
from eboxcast.delivery.runs.lookup import find_run, list_runs
from eboxcast.delivery.runs.settlement import settle
from eboxcast.lib import clock
from eboxcast.lib.formatting import aligned, duration, grouped, moment_in, short_moment, short_run
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.presenters.json import json_text
from eboxcast.presenters.runs import run_list, run_status
from eboxcast.presenters.schemas.run import ListedRun, RunList, RunStatus, Work
from eboxcast.reports.states import ENVIRONMENTS, state_in

if TYPE_CHECKING:
    from rich.table import Table

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
        _print_runs(found, language_of_user())


def show_status(run: Run, *, as_json: bool) -> None:
    """Print where a settled run stands."""
    console.result(run_status(run, language_of_user()), _status_lines, as_json=as_json)


def _watch(run: Run) -> Run:
    """Show how a run goes until it ends, or until a signal ends the watching; the run does not notice."""
    with suppress(Interrupted):
        if console.terminal().is_terminal:
            _in_place(run)
        else:
            _line_by_line(run)
    return settle(run)


def _in_place(run: Run) -> None:
    from rich.live import Live  # for who looks on
    from rich.text import Text  # for who looks on

    language, pause = language_of_user(), Event()
    with Live(console=console.terminal(), auto_refresh=False, transient=True) as live:
        while settle(run).state in _GOES_ON:
            live.update(Text("\n".join(_status_lines(run_status(run, language), language))), refresh=True)
            pause.wait(_IN_PLACE_SECONDS)


def _line_by_line(run: Run) -> None:
    language, pause = language_of_user(), Event()
    while settle(run).state in _GOES_ON:
        found = run_status(run, language)
        console.line(_work_line(found, found.work, language) if found.work else _status_head(found, language))
        pause.wait(_LINES_SECONDS)


_HEAD = N_("Run {run} · {environment} · {state} since {since} · {by}")
_PENDING = N_(
    "Requested by {by} on {at} and not done yet: {action}. If no process is working on it any more: {command}"
)
_BROADCAST = N_("Broadcast {broadcast}")
_REASON = N_("Reason: {reason}")
_NEXT = N_("Possible next steps:")
_BATCHES = N_("Batches: {done} done, {open} open, {busy} of them in progress.")
_RATE = N_("Rate: {rate} recipients per second in the last minute; about {left} to go.")
_AT_WORK = N_("In progress with: {workers}")
_NOBODY = N_("No process is working on it now. If no worker will take it over: {command}")
_LATER = N_("The next batch starts on {moment}, because of the rate limit or the provider.")
_WINDOW = N_("The window ended on {end}: nothing more is sent.")
_ONE_LINE = N_(
    "{time} · {state} · {sent} sent, {refused} refused, {unknown} unknown, {left} left · {rate}/s, "
    "{seconds_left} to go · {busy} in progress"
)
_NONE = N_("There are no runs yet. To start: eboxcast publish DIR --environment acceptance")
_MORE = N_("To see older runs: eboxcast runs --before {run}")
_NOT_ASKED = N_("* Its environment could not be reached: this is the last known state.")
_HEADINGS = (
    N_("Run"),
    N_("Environment"),
    N_("State"),
    N_("Since"),
    N_("Recipients"),
    N_("Broadcast"),
    N_("Ticket"),
    N_("Title"),
)
_RECIPIENTS = _HEADINGS.index("Recipients")
_OF_BROADCAST = _HEADINGS.index("Broadcast")
_COLOURS = {
    State.PUBLISHED: "green",
    State.PREPARED: "cyan",
    State.RUNNING: "yellow",
    State.STOPPED: "red",
    State.FAILED: "red",
}


def _status_lines(status: RunStatus, language: str) -> Iterator[str]:
    """Return all of it, line by line."""
    yield _status_head(status, language)
    yield f"{_ticket(status)} · {status.language.upper()} · {status.title}"
    if status.broadcast:
        yield translate(_BROADCAST, language, {"broadcast": status.broadcast})
    yield status.sentence
    if status.reason:
        yield translate(_REASON, language, {"reason": status.reason})
    for part in status.pending:
        yield translate(_PENDING, language, {**vars(part), "at": moment_in(part.at, language)})
    if status.work:
        yield from _work_lines(status, status.work, language)
    yield ""
    yield translate(_NEXT, language)
    width = max(len(step.command) for step in status.next)
    for step in status.next:
        yield f"  {step.command.ljust(width)}  {step.purpose}"


def _status_head(status: RunStatus, language: str) -> str:
    """Return in one line which run it is, and its state."""
    head = {
        "run": status.run,
        "environment": translate(ENVIRONMENTS[status.environment], language),
        "state": state_in(status.state, language),
        "since": moment_in(status.since, language),
        "by": status.by,
    }
    return translate(_HEAD, language, head)


def _work_line(status: RunStatus, work: Work, language: str) -> str:
    """Return in one line how the sending goes, for logs."""
    counts = {
        "sent": work.sent,
        "refused": work.refused,
        "unknown": work.unknown,
        "left": work.left,
        "rate": round(work.rate or 0),
        "busy": _busy(work),
    }
    data = {name: grouped(count, language) for name, count in counts.items()}
    now = clock.now().astimezone(clock.BRUSSELS)
    data |= {"time": f"{now:%H:%M:%S}", "state": state_in(status.state, language), "seconds_left": _left(work)}
    return translate(_ONE_LINE, language, data)


def _work_lines(status: RunStatus, work: Work, language: str) -> Iterator[str]:
    """Return how far it is, how fast, who is at it and what it waits for."""
    counts = {"done": work.batches_done, "open": work.batches_open, "busy": _busy(work)}
    yield translate(_BATCHES, language, {name: grouped(count, language) for name, count in counts.items()})
    if work.rate and status.state == State.RUNNING:
        data = {"rate": grouped(round(work.rate), language), "left": _left(work)}
        yield translate(_RATE, language, data)
    if work.busy:
        yield translate(_AT_WORK, language, {"workers": _workers(work)})
    if status.state == State.RUNNING:
        yield from _waiting(status, work, language)


def _waiting(status: RunStatus, work: Work, language: str) -> Iterator[str]:
    if status.not_after is not None and status.not_after <= clock.now():
        yield translate(_WINDOW, language, {"end": moment_in(status.not_after, language)})
    elif work.next_claim_at:
        yield translate(_LATER, language, {"moment": moment_in(work.next_claim_at, language)})
    elif not work.busy:
        yield translate(_NOBODY, language, {"command": work.command})


def _busy(work: Work) -> int:
    return sum(one.batches for one in work.busy)


def _workers(work: Work) -> str:
    """Name processes rather than their lanes."""
    processes = Counter[str]()
    for one in work.busy:
        processes[":".join(one.worker.split(":")[:2])] += one.batches
    return ", ".join(f"{name} ({count})" for name, count in sorted(processes.items()))


def _left(work: Work) -> str:
    return duration(work.seconds_left) if work.seconds_left is not None else "?"


def _print_runs(page: RunList, language: str) -> None:
    """Print a page of runs: a table on a terminal, aligned lines elsewhere."""
    if not page.runs:
        console.line(translate(_NONE, language))
        return
    from rich.console import Console  # programs ask for JSON

    rows = _without_empty([tuple(translate(one, language) for one in _HEADINGS), *_rows(page, language)])
    terminal = Console(highlight=False, emoji=False)
    if terminal.is_terminal:
        terminal.print(_table(page, rows))
    else:
        typer.echo("\n".join(aligned(rows, to_the_right=(_RECIPIENTS,))))
    if any(not run.asked for run in page.runs):
        console.line(translate(_NOT_ASKED, language))
    if page.more:
        console.line(translate(_MORE, language, {"run": short_run(page.runs[-1].run)}))


def _rows(page: RunList, language: str) -> Iterator[tuple[str, ...]]:
    return (_cells(run, language) for run in page.runs)


def _without_empty(rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Leave out the column of the broadcasts where there is none: where the engine is used alone."""
    if any(row[_OF_BROADCAST] for row in rows[1:]):
        return list(rows)
    return [row[:_OF_BROADCAST] + row[_OF_BROADCAST + 1 :] for row in rows]


def _table(page: RunList, rows: Sequence[tuple[str, ...]]) -> Table:
    from rich import box  # on a terminal
    from rich.table import Table  # on a terminal
    from rich.text import Text  # on a terminal

    headings, *below = rows
    table = Table(box=box.SIMPLE_HEAD, header_style="bold")
    for number, heading in enumerate(headings):
        table.add_column(heading, no_wrap=number < len(headings) - 1, overflow="ellipsis")
    table.columns[_RECIPIENTS].justify = "right"
    for run, row in zip(page.runs, below, strict=True):
        cells = [Text(cell) for cell in row]
        cells[2].stylize(_COLOURS.get(State(run.state), ""))
        table.add_row(*cells)
    return table


def _cells(run: ListedRun, language: str) -> tuple[str, ...]:
    return (
        short_run(run.run),
        run.environment,
        state_in(run.state, language) + ("" if run.asked else " *"),
        short_moment(run.since, language),
        "–" if run.recipients is None else grouped(run.recipients, language),
        run.broadcast or "",
        _ticket(run),
        run.title,
    )


def _ticket(run: RunStatus | ListedRun) -> str:
    return run.ticket if run.sequence is None else f"{run.ticket} · {run.sequence}"
