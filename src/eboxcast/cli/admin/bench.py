"""`eboxcast bench`: every figure of the design, each beside its baseline in the same run."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from eboxcast.cli.shell import console
from eboxcast.cli.shell.app import command_app
from eboxcast.tools.bench.errors import BenchUnknown
from eboxcast.tools.bench.installation import own_installation
from eboxcast.tools.bench.measuring import Bench, Row
from eboxcast.tools.bench.table import as_values, in_one_line, show

ALWAYS = ("check", "store", "naive", "expire", "publish", "open", "send", "workers")
LARGE = ("country", "beside", "remote")
_MOST = 300_000
_BUSY = 0.5

app = command_app()


@app.command()
def main(
    recipients: Annotated[int, typer.Option(min=1000, max=_MOST, help="The number of recipients.")] = _MOST,
    only: Annotated[
        list[str] | None, typer.Option(help=f"One of: {', '.join(ALWAYS + LARGE)}. May be repeated.")
    ] = None,
    large: Annotated[bool, typer.Option(help="Also 12 and 170 million recipients, and 300,000 to a provider.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer with one JSON list.")] = False,
) -> None:
    """Run benchmarks on a separate embedded database, in a temporary folder. A missed target is not an error."""
    names = _names(only or [], large=large)
    _warn_if_busy()
    with own_installation() as folder:
        rows = _measure(folder, recipients, names)
    if as_json:
        typer.echo(json.dumps([as_values(row) for row in rows], ensure_ascii=False, indent=2))
    else:
        show(rows)


def _warn_if_busy() -> None:
    """Say so where others keep the processors busy: our figures and the baselines suffer alike, but not the bars."""
    load, processors = os.getloadavg()[0], os.cpu_count() or 1
    if load > processors * _BUSY:
        console.line(
            f"Others keep this machine busy (load {load:.1f}, {processors} processors): times will be too long."
        )


def _names(only: list[str], *, large: bool) -> tuple[str, ...]:
    for name in only:
        if name not in ALWAYS + LARGE:
            raise BenchUnknown(name=name, names=", ".join(ALWAYS + LARGE))
    return tuple(only) or ALWAYS + (LARGE if large else ())


def _measure(folder: Path, recipients: int, names: tuple[str, ...]) -> list[Row]:
    from eboxcast.tools.bench import suite  # needs the settings of the installation that was just made

    rows: list[Row] = []
    for row in suite.measure(Bench(recipients=recipients, folder=folder, tell=console.line), names):
        console.line(f"  {in_one_line(row)}")
        rows.append(row)
    return rows
