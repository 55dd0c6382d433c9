"""`eboxcast broadcast deliver|take-back`: the files of a broadcast, answered with their faults."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from eboxcast.broadcasts.matching import fitting_broadcast
from eboxcast.broadcasts.models import Broadcast, Via
from eboxcast.cli.broadcast.answers import head_of, outlook_lines, tell
from eboxcast.cli.broadcast.options import Number, current_actor, load_broadcast
from eboxcast.cli.package.check import DuplicatesPolicy, FaultyRowsPolicy, sheet_lines, show
from eboxcast.cli.shell import console
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson, ColumnChoice, Environment, SheetChoice
from eboxcast.cli.shell.signals import resumable
from eboxcast.delivery.broadcasts import files
from eboxcast.delivery.broadcasts.files import Receipt
from eboxcast.lib.actors import Actor
from eboxcast.lib.errors import InputRefused, WrongUse
from eboxcast.lib.formatting import grouped
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.package.model import Choice, Duplicates, FaultyRows, Policies
from eboxcast.presenters.broadcasts import files_delivered
from eboxcast.presenters.checks import check_answer, checked_list
from eboxcast.presenters.json import json_text


class FilesNotSaid(WrongUse):
    """Neither a directory, nor a number and a directory."""

    code = "broadcast.files-not-said"
    sentence = N_("It is not clear which files to deliver.")
    remedy = N_("Write: eboxcast broadcast deliver 2027-0001 DIRECTORY --environment acceptance")


_RECEIVED = N_("Received for {environment}: {recipients} recipients, prepared but not visible yet. Run {run}.")
_AGAIN = N_("These files were already received, in run {run}. Nothing was changed.")
_NOT_USED = N_("These files cannot be used for broadcast {broadcast}. The files delivered before are kept.")
_TAKEN_BACK = N_("Broadcast {broadcast}: the files delivered last were withdrawn.")

app = command_app()


@app.command()
def deliver(
    given: Annotated[
        list[str],
        typer.Argument(
            metavar="[BROADCAST] DIRECTORY",
            help="The number of the broadcast (optional if only one fits the metadata), then the "
            "directory with the files.",
        ),
    ],
    environment: Environment,
    duplicates: DuplicatesPolicy = Duplicates.MERGE,
    faulty_rows: FaultyRowsPolicy = FaultyRows.BLOCK,
    sheet: SheetChoice = None,
    column: ColumnChoice = None,
    as_json: AsJson = False,
) -> None:
    """Deliver the files for acceptance or production. They are checked and prepared at once, but not visible yet."""
    actor = current_actor()
    with resumable():
        found, directory = _asked(given, environment.value, actor)
        receipt = files.deliver(
            found,
            directory,
            environment=environment.value,
            actor=actor,
            via=Via.COMMAND,
            policies=Policies(
                duplicates=duplicates, faulty_rows=faulty_rows, choice=Choice(sheet=sheet, column=column)
            ),
        )
    _answer(found, receipt, as_json=as_json)
    if not receipt.accepted:
        raise typer.Exit(InputRefused.exit_code)


@app.command("take-back")
def take_back(broadcast: Number, as_json: AsJson = False) -> None:
    """Withdraw the files delivered last, before they are used. This also makes the GO void."""
    found, actor = load_broadcast(broadcast)
    files.take_back(found, actor=actor)
    tell(found, _TAKEN_BACK, as_json=as_json)


def _asked(given: Sequence[str], environment: str, actor: Actor) -> tuple[Broadcast, Path]:
    if not 1 <= len(given) <= len(("broadcast", "directory")):
        raise FilesNotSaid
    directory = Path(given[-1])
    if len(given) > 1:
        return load_broadcast(given[0])[0], directory
    return fitting_broadcast(directory, environment=environment, actor=actor), directory


def _answer(found: Broadcast, receipt: Receipt, *, as_json: bool) -> None:
    language = language_of_user()
    if as_json:
        console.line(_sentence(receipt, language))
        typer.echo(json_text(files_delivered(found, receipt, language)))
        return
    if not receipt.accepted:
        show(check_answer(receipt.checked, language), language=language)
        typer.echo()
    accounts = receipt.checked.lists if receipt.accepted else ()
    read = [line for account in accounts for line in sheet_lines(checked_list(account, language), language)]
    typer.echo("\n".join([_sentence(receipt, language), *read, *head_of(found), "", *outlook_lines(found)]))


def _sentence(receipt: Receipt, language: str) -> str:
    run = receipt.run
    if run is None:
        return translate(_NOT_USED, language, {"broadcast": receipt.broadcast})
    data = {
        "run": run.short,
        "recipients": grouped(run.recipients_count or 0, language),
        "environment": translate(receipt.environment, language),
    }
    return translate(_AGAIN if receipt.again else _RECEIVED, language, data)
