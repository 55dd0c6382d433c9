"""The answer of `runs`: a table on a terminal, aligned lines elsewhere, or JSON."""

from __future__ import annotations

import json

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from eboxcast.cli.shell import console
from eboxcast.cli.shell.tables import aligned
from eboxcast.delivery.models import State
from eboxcast.delivery.runs.lookup import Listed, RunsPage
from eboxcast.delivery.runs.progress import moment_of
from eboxcast.lib.formatting import grouped, iso, short_moment
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.reports.states import state_in

FORMAT = "eboxcast.runs/1"

_NONE = N_("There are no runs yet. To start: eboxcast publish DIR --environment acceptance")
_MORE = N_("To see older runs: eboxcast runs --before {run}")
_NOT_ASKED = N_("* Its environment could not be reached: this is the last known state.")
_HEADINGS = (
    N_("Run"),
    N_("Environment"),
    N_("State"),
    N_("Since"),
    N_("Recipients"),
    N_("Ticket"),
    N_("Title"),
)
_RECIPIENTS = _HEADINGS.index("Recipients")
_COLOURS = {
    State.PUBLISHED: "green",
    State.PREPARED: "cyan",
    State.RUNNING: "yellow",
    State.STOPPED: "red",
    State.FAILED: "red",
}


def show_runs(page: RunsPage, *, as_json: bool) -> None:
    """Print a page of runs."""
    language = language_of_user()
    if as_json:
        typer.echo(_as_json(page))
        return
    if not page.runs:
        console.line(translate(_NONE, language))
        return
    headings = tuple(translate(heading, language) for heading in _HEADINGS)
    terminal = Console(highlight=False)
    if terminal.is_terminal:
        terminal.print(_table(page, headings, language))
    else:
        rows = [headings, *(_cells(listed, language) for listed in page.runs)]
        typer.echo("\n".join(aligned(rows, to_the_right=(_RECIPIENTS,))))
    if any(not listed.asked for listed in page.runs):
        console.line(translate(_NOT_ASKED, language))
    if page.more:
        console.line(translate(_MORE, language, {"run": page.runs[-1].run.short}))


def _table(page: RunsPage, headings: tuple[str, ...], language: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, header_style="bold")
    for number, heading in enumerate(headings):
        table.add_column(heading, no_wrap=number < len(headings) - 1, overflow="ellipsis")
    table.columns[_RECIPIENTS].justify = "right"
    for listed in page.runs:
        style = _COLOURS.get(State(listed.run.state), "")
        cells = [Text(cell) for cell in _cells(listed, language)]
        cells[2].stylize(style)
        table.add_row(*cells)
    return table


def _cells(listed: Listed, language: str) -> tuple[str, ...]:
    run = listed.run
    return (
        run.short,
        run.environment,
        state_in(run.state, language) + ("" if listed.asked else " *"),
        short_moment(moment_of(run) or run.created_at),
        "–" if run.recipients_count is None else grouped(run.recipients_count, language),
        mask_and_strip(run.ticket if run.sequence is None else f"{run.ticket} · {run.sequence}"),
        mask_and_strip(run.title),
    )


def _as_json(page: RunsPage) -> str:
    answer = {"format": FORMAT, "runs": [_values(listed) for listed in page.runs], "more": page.more}
    return json.dumps(answer, ensure_ascii=False, indent=2)


def _values(listed: Listed) -> dict[str, object]:
    run = listed.run
    return {
        "run": str(run.id),
        "environment": run.environment,
        "state": run.state,
        "asked": listed.asked,
        "since": iso(moment_of(run) or run.created_at),
        "application": mask_and_strip(run.application),
        "ticket": mask_and_strip(run.ticket),
        "sequence": run.sequence,
        "language": run.language,
        "title": mask_and_strip(run.title),
        "recipients": run.recipients_count,
        "published": run.published_count,
        "by": mask_and_strip(run.created_by),
    }
