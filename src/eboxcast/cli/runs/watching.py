"""Following a run until it ends: in place on a terminal, a line every few seconds elsewhere; on standard error."""

from __future__ import annotations

from contextlib import suppress
from threading import Event

from rich.live import Live
from rich.text import Text

from eboxcast.cli.runs.status_text import status_head, status_lines, work_line
from eboxcast.cli.shell import console
from eboxcast.delivery.errors import Interrupted
from eboxcast.delivery.models import Run, State
from eboxcast.delivery.runs.settlement import settle
from eboxcast.lib.translation import language_of_user
from eboxcast.presenters.runs import run_status

_IN_PLACE_SECONDS = 1.0
_LINES_SECONDS = 5.0
_GOES_ON = (State.PREPARING, State.PREPARED, State.RUNNING, State.PAUSED)


def watch(run: Run) -> Run:
    """Show how a run goes until it ends, or until a signal ends the watching; the run does not notice."""
    with suppress(Interrupted):
        if console.console.is_terminal:
            _in_place(run)
        else:
            _line_by_line(run)
    return settle(run)


def _in_place(run: Run) -> None:
    language, pause = language_of_user(), Event()
    with Live(console=console.console, auto_refresh=False, transient=True) as live:
        while settle(run).state in _GOES_ON:
            live.update(Text("\n".join(status_lines(run_status(run, language), language))), refresh=True)
            pause.wait(_IN_PLACE_SECONDS)


def _line_by_line(run: Run) -> None:
    language, pause = language_of_user(), Event()
    while settle(run).state in _GOES_ON:
        status = run_status(run, language)
        console.line(work_line(status, status.work, language) if status.work else status_head(status, language))
        pause.wait(_LINES_SECONDS)
