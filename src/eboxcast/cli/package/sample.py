"""`eboxcast sample`: write a valid synthetic package to try things with."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from eboxcast.cli.shell.app import command_app
from eboxcast.package.model import EboxType
from eboxcast.package.sampling import SamplePaths, write_sample

app = command_app()


class LetterLanguage(StrEnum):
    """The languages a message may be in."""

    FR = "fr"
    NL = "nl"
    DE = "de"


@app.command()
def main(
    recipients: Annotated[int, typer.Option(min=1, help="The number of recipients.")],
    out: Annotated[Path, typer.Option(help="The directory to write to; the package goes to OUT/package.")],
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same files.")] = 1,
    language: Annotated[LetterLanguage, typer.Option(help="The language of the letter.")] = LetterLanguage.FR,
    ebox_type: Annotated[
        EboxType, typer.Option(case_sensitive=False, help="Whose eBoxes the package is for.")
    ] = EboxType.CITIZEN,
    lists: Annotated[
        int, typer.Option(min=1, max=99, help="At least this many lists, with at most 300,000 rows each.")
    ] = 1,
) -> None:
    """Write a valid synthetic package, with births from 1900 to 1911 so that it contains no living person."""
    paths = write_sample(
        out, recipients=recipients, seed=seed, language=language.value, ebox_type=ebox_type, lists=lists
    )
    typer.echo(summary(paths))


def summary(paths: SamplePaths) -> str:
    """Say what was written and what to try next."""
    lists = ", ".join(path.name for path in paths.files.lists)
    return (
        f"Package:        {paths.directory}\n"
        f"  document      {paths.files.document.name}\n"
        f"  metadata      {paths.files.metadata.name}\n"
        f"  lists         {lists}\n"
        f"Schema:         {paths.schema}\n"
        f"Explained:      {paths.annotated}\n"
        f"Message types:  {paths.message_types}\n\n"
        f"Try: eboxcast check {paths.directory}"
    )
