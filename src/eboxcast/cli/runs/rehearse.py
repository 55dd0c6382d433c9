"""`eboxcast rehearse`: what publishing would come to now; nothing is stored."""

from __future__ import annotations

from pathlib import Path

import typer

from eboxcast.cli.package.check_text import show
from eboxcast.cli.runs.rehearse_answer import as_json as answer_as_json
from eboxcast.cli.runs.rehearse_answer import as_text as answer_as_text
from eboxcast.cli.shell import progress
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import (
    Adds,
    AsJson,
    Directory,
    DuplicatesPolicy,
    Environment,
    FaultyRowsPolicy,
    NotAfter,
    NotBefore,
    moment,
)
from eboxcast.delivery.runs.preparation import check_for_sending
from eboxcast.delivery.runs.rehearsal import rehearse
from eboxcast.delivery.runs.window import Window
from eboxcast.lib.errors import InputRefused, NotAllowedNow
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.package.model import Duplicates, FaultyRows, Package, Policies
from eboxcast.presenters.checks import check_answer
from eboxcast.presenters.json import as_json as json_text

_CHECKING = N_("Checking the recipient lists")

app = command_app()


@app.command()
def main(
    directory: Directory,
    environment: Environment,
    duplicates: DuplicatesPolicy = Duplicates.MERGE,
    faulty_rows: FaultyRowsPolicy = FaultyRows.BLOCK,
    adds: Adds = False,
    not_before: NotBefore = None,
    not_after: NotAfter = None,
    as_json: AsJson = False,
) -> None:
    """Show what publishing a package would do now: faults, outcome, eBoxes, duration, space. Changes nothing."""
    window = Window(not_before=moment(not_before), not_after=moment(not_after))
    package = _check(directory, Policies(duplicates=duplicates, faulty_rows=faulty_rows), as_json=as_json)
    found = rehearse(package, environment=environment.value, window=window, adds=adds, actor=actor())
    language = language_of_user()
    typer.echo(answer_as_json(found, language) if as_json else "\n".join(answer_as_text(found, language)))
    if found.answer.refusal is not None:
        raise typer.Exit(found.answer.refusal.exit_code)
    if not found.duration.fits:
        raise typer.Exit(NotAllowedNow.exit_code)


def _check(directory: Path, policies: Policies, *, as_json: bool) -> Package:
    language = language_of_user()
    with progress.shown(translate(_CHECKING, language)) as reach:
        checked = check_for_sending(directory, policies=policies, progress=reach)
    if checked.package is not None:
        return checked.package
    answer = check_answer(checked, language)
    if as_json:
        typer.echo(json_text(answer))
    else:
        show(answer, language=language)
    raise typer.Exit(InputRefused.exit_code)
