"""`eboxcast split`: an oversized recipient list in balanced parts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eboxcast.cli import talk
from eboxcast.cli.door import command_app
from eboxcast.cli.plain import grouped, plain
from eboxcast.lib.wording import N_, language_of_user, say
from eboxcast.package.faults import remedy_of, sentence_of
from eboxcast.package.lists.refusal import ListRefused
from eboxcast.package.model import MOST_ROWS, Fault
from eboxcast.package.splitting import split_list

_PART = N_("{path}: {rows} rows")
_IN_FILE = N_("{file}: {sentence}")
_AT_LINE = N_("{file}, line {line}: {sentence}")

app = command_app()


@app.command()
def main(
    recipients: Annotated[Path, typer.Argument(help="The recipient list.")],
    out: Annotated[Path, typer.Option(help="The directory for the parts; made when it is not there.")],
    most: Annotated[int, typer.Option("--max", min=1, help="The most rows in one part.")] = MOST_ROWS,
) -> None:
    """Split an oversized recipient list into balanced parts, each with the columns and header of the whole."""
    language = language_of_user()
    try:
        parts = split_list(recipients, out, most=most)
    except ListRefused as refusal:
        _say_why(refusal.fault, language)
        raise typer.Exit(ListRefused.exit_code) from refusal
    for part in parts:
        typer.echo(say(_PART, language, {"path": plain(str(part.path)), "rows": grouped(part.rows, language)}))


def _say_why(fault: Fault, language: str) -> None:
    sentence = _AT_LINE if fault.line else _IN_FILE
    data = {"file": fault.file, "line": fault.line, "sentence": sentence_of(fault, language)}
    talk.line("✗ " + plain(say(sentence, language, data)))
    talk.line("→ " + plain(remedy_of(fault, language)))
