"""`eboxcast clock`: what time it is on a demo or test installation, and moving it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

import typer

from eboxcast.cli.shell.acting import whoever
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import moment as read_moment
from eboxcast.database import installation
from eboxcast.lib import clock
from eboxcast.lib.errors import WrongUse
from eboxcast.lib.formatting import iso
from eboxcast.lib.translation import N_


class SpanUnclear(WrongUse):
    """A span of time is not one."""

    code = "clock.span-unclear"
    sentence = N_("{text} is not a valid duration.")
    remedy = N_("Write it like 2d3h: w for weeks, d for days, h for hours, m for minutes.")


_SPAN = re.compile(r"(?:(?P<weeks>\d{1,3})w)?(?:(?P<days>\d{1,4})d)?(?:(?P<hours>\d{1,5})h)?(?:(?P<minutes>\d{1,6})m)?")

app = command_app()


@app.callback(invoke_without_command=True)
def main(context: typer.Context) -> None:
    """Show the time of this installation. On a demo or test installation, change it."""
    if context.invoked_subcommand is None:
        _show()


@app.command("set")
def set_to(
    moment: Annotated[str, typer.Argument(help="The new time: 2027-02-15T18:00, Brussels time.")],
) -> None:
    """Set the clock to a moment, for every command that starts from now on."""
    asked = read_moment(moment)
    assert asked is not None  # noqa: S101 - only no text is no moment
    installation.set_clock(asked, actor=whoever())
    _show()


@app.command()
def advance(
    span: Annotated[str, typer.Argument(help="How far to move: 2d3h. Weeks w, days d, hours h, minutes m.")],
) -> None:
    """Move the clock forward."""
    installation.advance_clock(_read_span(span), actor=whoever())
    _show()


@app.command("back-to-now")
def back_to_now() -> None:
    """Return to real time, unless something on record is dated later."""
    installation.reset_clock(actor=whoever())
    _show()


def _show() -> None:
    typer.echo(iso(clock.now(), "seconds"))


def _read_span(text: str) -> timedelta:
    read = _SPAN.fullmatch(text.strip().lower())
    if not text.strip() or read is None:
        raise SpanUnclear(text=text)
    return timedelta(**{name: int(number or 0) for name, number in read.groupdict().items()})
