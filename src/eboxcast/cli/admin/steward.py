"""`eboxcast steward`: what the procedure does by itself, in a loop until a signal, or once for a scheduler."""

from __future__ import annotations

import signal
from datetime import date
from threading import Event
from types import FrameType
from typing import Annotated

import typer
from django.db import connections

from eboxcast.cli.admin.steward_pass import Done, one_pass, show
from eboxcast.cli.broadcast.options import current_actor
from eboxcast.cli.shell import console
from eboxcast.cli.shell.app import command_app
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.translation import N_, language_of_user, translate

_READY = N_("Running the steward every {seconds} seconds. SIGTERM or Ctrl-C stops it after the current step.")
_LOOK_EVERY_SECONDS = 0.2

app = command_app()


class Ending:
    """Whether somebody asked for the end. A plain flag: a signal may come at any place, also inside a lock."""

    def __init__(self) -> None:
        self.asked = False

    def ask(self, number: int, frame: FrameType | None) -> None:
        """Remember a signal."""
        self.asked = True

    def wait(self, seconds: float) -> None:
        """Wait, or until the end is asked for."""
        never = Event()
        while seconds > 0 and not self.asked:
            never.wait(_LOOK_EVERY_SECONDS)
            seconds -= _LOOK_EVERY_SECONDS


@app.command()
def main(
    once: Annotated[bool, typer.Option("--once", help="Run once, then exit: for a scheduler.")] = False,
    every: Annotated[float, typer.Option(min=1, max=3600, help="Seconds between two passes.")] = 10,
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer with one JSON object for each pass, one per line.")
    ] = (False),
) -> None:
    """Do everything that is due: remind, launch, follow runs, report, close, seal the audit, send the emails.

    Several stewards can run at the same time: each task is done once. The steward never decides for a person.
    """
    actor = current_actor()
    ending = Ending()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ending.ask)
    if once:
        done = _show(one_pass(lambda: ending.asked, whole=True, actor=actor), as_json=as_json)
        _tell_new(done, frozenset())
        raise typer.Exit(done.troubles[0].exit_code if done.troubles else 0)
    console.line(translate(_READY, language_of_user(), {"seconds": f"{every:g}"}))
    _lead_on(ending, every, actor=actor, as_json=as_json)


def _lead_on(ending: Ending, every: float, *, actor: Actor, as_json: bool) -> None:
    told: frozenset[str] = frozenset()
    last: date | None = None
    while not ending.asked:
        done = one_pass(lambda: ending.asked, whole=last != clock.today(), actor=actor)
        told, last = _tell_new(_show(done, as_json=as_json), told), clock.today()
        # A new connection finds out whether the server is back, and on a demo installation what time it is now.
        connections.close_all()
        ending.wait(every)


def _show(done: Done, *, as_json: bool) -> Done:
    show(done, as_json=as_json)
    return done


def _tell_new(done: Done, told: frozenset[str]) -> frozenset[str]:
    """Say what went wrong, but not what was said after the last pass; return what is wrong now."""
    now = {f"{trouble.code} {trouble.data}": trouble for trouble in done.troubles}
    for text, trouble in now.items():
        if text not in told:
            console.error(trouble)
    return frozenset(now)
