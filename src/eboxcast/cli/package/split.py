"""`eboxcast split`: an oversized recipient list in balanced parts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eboxcast.cli.shell import console
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import SheetChoice
from eboxcast.lib.formatting import grouped
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.package.errors import ListRefused
from eboxcast.package.faults import Fault, remedy_of, sentence_of
from eboxcast.package.model import MOST_ROWS, Choice
from eboxcast.package.splitting import split_list

_PART = N_("{path}: {rows} rows")
_IN_FILE = N_("{file}: {sentence}")
_AT_LINE = N_("{file}, line {line}: {sentence}")

app = command_app()


@app.command()
def main(
    recipients: Annotated[Path, typer.Argument(help="The recipient list.")],
    out: Annotated[Path, typer.Option(help="The directory for the parts, created if needed.")],
    most: Annotated[int, typer.Option("--max", min=1, help="The maximum number of rows in one part.")] = MOST_ROWS,
    sheet: SheetChoice = None,
) -> None:
    """Split an oversized recipient list into balanced parts, each with the same columns and header.

    The parts of a spreadsheet are CSV files.
    """
    language = language_of_user()
    try:
        parts = split_list(recipients, out, most=most, choice=Choice(sheet=sheet))
    except ListRefused as refusal:
        _say_why(refusal.fault, language)
        raise typer.Exit(ListRefused.exit_code) from refusal
    for part in parts:
        typer.echo(
            translate(_PART, language, {"path": mask_and_strip(str(part.path)), "rows": grouped(part.rows, language)})
        )


def _say_why(fault: Fault, language: str) -> None:
    sentence = _AT_LINE if fault.line else _IN_FILE
    data = {"file": fault.file, "line": fault.line, "sentence": sentence_of(fault, language)}
    console.line("✗ " + mask_and_strip(translate(sentence, language, data)))
    console.line("→ " + mask_and_strip(remedy_of(fault, language)))
