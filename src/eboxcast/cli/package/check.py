"""`eboxcast check`: are the three files right?"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from eboxcast.cli.package.check_text import show
from eboxcast.cli.package.rejected_rows import write_rejected
from eboxcast.cli.shell import console, progress
from eboxcast.cli.shell.app import command_app
from eboxcast.lib.errors import WrongUse
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.package.checking import DEFAULT_LIMITS, check_package
from eboxcast.package.model import Checked, Duplicates, FaultyRows, Limits, PackageFiles, Policies
from eboxcast.presenters.checks import check_answer
from eboxcast.presenters.json import as_json as json_text


class WhatToCheck(WrongUse):
    """Neither a directory nor all three kinds of files were given, or both were."""

    code = "check.what"
    sentence = N_("It is not clear which files to check.")
    remedy = N_("Give either a directory, or --document, --metadata and --recipients.")


REFUSED = 3
_ENOUGH = 1000
_ALL_DUPLICATES = 10**7
_WRITTEN = N_("The rejected rows are in {path}.")
_CHECKING = N_("Checking the recipient lists")

app = command_app()


class Language(StrEnum):
    """The languages of an answer."""

    FR = "fr"
    NL = "nl"
    DE = "de"
    EN = "en"


@app.command()
def main(
    directory: Annotated[Path | None, typer.Argument(help="The directory with the three kinds of files.")] = None,
    document: Annotated[Path | None, typer.Option(help="The document, if no directory is given.")] = None,
    metadata: Annotated[Path | None, typer.Option(help="The metadata file.")] = None,
    recipients: Annotated[list[Path] | None, typer.Option(help="A recipient list. May be repeated.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")] = False,
    rejected: Annotated[Path | None, typer.Option(help="Write the faulty rows to this file.")] = None,
    language: Annotated[Language | None, typer.Option(help="The language of the answer.")] = None,
    duplicates: Annotated[Duplicates, typer.Option(help="What to do with duplicate recipients.")] = Duplicates.MERGE,
    faulty_rows: Annotated[FaultyRows, typer.Option(help="What to do with faulty rows.")] = FaultyRows.BLOCK,
) -> None:
    """Check the three files of a package and show everything wrong with them. Exits with 3 if there are faults."""
    files = _files(directory, document, metadata, recipients)
    spoken = language.value if language else language_of_user()
    policies = Policies(duplicates=duplicates, faulty_rows=faulty_rows)
    # All duplicates have to be known to be given back; otherwise a thousand faults are enough to read.
    cap = _ALL_DUPLICATES if rejected and duplicates is Duplicates.BLOCK else _ENOUGH
    checked = check_with_progress(files, policies=policies, language=spoken, cap=cap)
    written = write_rejected(checked, files, out=rejected, language=spoken) if rejected else []
    answer = check_answer(checked, spoken)
    if as_json:
        typer.echo(json_text(answer))
    else:
        show(answer, language=spoken, hint=rejected is None)
    for path in written:
        console.line(translate(_WRITTEN, spoken, {"path": mask_and_strip(str(path))}))
    if checked.package is None:
        raise typer.Exit(REFUSED)


def check_with_progress(
    files: PackageFiles | Path,
    *,
    policies: Policies,
    language: str,
    limits: Limits = DEFAULT_LIMITS,
    cap: int = _ENOUGH,
) -> Checked:
    """Check a package, with progress on standard error when it takes long."""
    with progress.shown(translate(_CHECKING, language)) as reach:
        return check_package(files, policies=policies, limits=limits, progress=reach, cap=cap)


def _files(
    directory: Path | None, document: Path | None, metadata: Path | None, recipients: list[Path] | None
) -> PackageFiles | Path:
    named = [document, metadata, recipients]
    if directory and not any(named):
        return directory
    if directory is None and document and metadata and recipients:
        return PackageFiles(metadata=metadata, document=document, lists=tuple(recipients))
    raise WhatToCheck
