"""`eboxcast bench`: every figure of the design, each beside its baseline in the same run."""

from __future__ import annotations

import json
import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from eboxcast.cli.shell import console
from eboxcast.cli.shell.app import command_app
from eboxcast.tools.bench.installation import own_installation
from eboxcast.tools.bench.measuring import Bench, Row, as_values, in_one_line, show

_MOST = 300_000
_MOST_STORED = 1_000_000_000
_BUSY = 0.5


class Benchmark(StrEnum):
    """What can be measured."""

    CHECK = "check"
    STORE = "store"
    NAIVE = "naive"
    EXPIRE = "expire"
    PUBLISH = "publish"
    OPEN = "open"
    COMPACT = "compact"
    VISITS = "visits"
    SEND = "send"
    WORKERS = "workers"
    RECEIPTS = "receipts"
    PROOFS = "proofs"
    COUNTRY = "country"
    COUNTRY_RECEIPTS = "country-receipts"
    BESIDE = "beside"
    REMOTE = "remote"


_LARGE = (Benchmark.COUNTRY, Benchmark.COUNTRY_RECEIPTS, Benchmark.BESIDE, Benchmark.REMOTE)
_ALWAYS = tuple(one for one in Benchmark if one not in _LARGE)

app = command_app()


@app.command()
def main(
    recipients: Annotated[int, typer.Option(min=1000, max=_MOST, help="The number of recipients.")] = _MOST,
    only: Annotated[list[Benchmark] | None, typer.Option(help="Only this benchmark. May be repeated.")] = None,
    large: Annotated[bool, typer.Option(help="Also 12 and 170 million recipients, and 300,000 to a provider.")] = False,
    stored: Annotated[
        int,
        typer.Option(
            min=0, max=_MOST_STORED, help="For `open` and `visits`: beside at least this many stored recipients."
        ),
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Answer with one JSON list.")] = False,
) -> None:
    """Run benchmarks on a separate embedded database, in a temporary folder. A missed target is not an error."""
    names = tuple(only or _ALWAYS + (_LARGE if large else ()))
    _warn_if_busy()
    with own_installation() as folder:
        rows = _measure(folder, recipients, stored, names)
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


def _measure(folder: Path, recipients: int, stored: int, names: tuple[str, ...]) -> list[Row]:
    from eboxcast.tools.bench import suite  # needs the settings of the installation that was just made

    rows: list[Row] = []
    for row in suite.measure(Bench(recipients=recipients, folder=folder, tell=console.line, stored=stored), names):
        console.line(f"  {in_one_line(row)}")
        rows.append(row)
    return rows
