"""The main job: `eboxcast publish`, from three files to the certificate; `prepare` and `launch` are its two halves."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from eboxcast.cli.package.check import DuplicatesPolicy, FaultyRowsPolicy
from eboxcast.cli.runs import sending
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import (
    Adds,
    AsJson,
    ByWorkers,
    ColumnChoice,
    Directory,
    Environment,
    NotAfter,
    NotBefore,
    SheetChoice,
    Strict,
    moment,
)
from eboxcast.cli.shell.signals import resumable
from eboxcast.database.installation import procedure_is_on
from eboxcast.delivery.models import Run
from eboxcast.delivery.runs.lookup import find_run
from eboxcast.delivery.runs.production_gate import refuse_production_alone
from eboxcast.delivery.runs.window import Window
from eboxcast.lib.errors import WrongUse
from eboxcast.lib.translation import N_
from eboxcast.package.model import Choice, Duplicates, FaultyRows, Policies


class WindowAgreed(WrongUse):
    """A broadcast has its agreed moment and its window; nobody gives it others at the launch."""

    code = "launch.window-agreed"
    sentence = N_(
        "Broadcast {broadcast} has its own moment and window, which were agreed by both sides and confirmed by its GO."
    )
    remedy = N_("Leave out --not-before and --not-after, or move the date: eboxcast broadcast want {broadcast} DATE")


app = command_app()
_BROADCAST = re.compile(r"\d{4}-\d{4,}")


@app.command()
def publish(
    directory: Directory,
    environment: Environment,
    duplicates: DuplicatesPolicy = Duplicates.MERGE,
    faulty_rows: FaultyRowsPolicy = FaultyRows.BLOCK,
    sheet: SheetChoice = None,
    column: ColumnChoice = None,
    adds: Adds = False,
    not_before: NotBefore = None,
    not_after: NotAfter = None,
    by_workers: ByWorkers = False,
    strict: Strict = False,
    as_json: AsJson = False,
) -> None:
    """Check a package, store it, make it visible to all recipients at the same moment, and print the certificate.

    To restart, run the same command again: what is done is not done twice.
    """
    refuse_production_alone(environment.value, actor=actor(), asked="publish")
    window = Window(not_before=moment(not_before), not_after=moment(not_after))
    with resumable():
        package = sending.check(
            directory,
            policies=Policies(
                duplicates=duplicates, faulty_rows=faulty_rows, choice=Choice(sheet=sheet, column=column)
            ),
            as_json=as_json,
        )
        run = sending.prepare(package, environment=environment.value, adds=adds)
        run = sending.launch(run, window=window, by_workers=by_workers)
        sending.certify(run, as_json=as_json, strict=strict)


@app.command()
def prepare(
    directory: Directory,
    environment: Environment,
    duplicates: DuplicatesPolicy = Duplicates.MERGE,
    faulty_rows: FaultyRowsPolicy = FaultyRows.BLOCK,
    sheet: SheetChoice = None,
    column: ColumnChoice = None,
    adds: Adds = False,
    as_json: AsJson = False,
) -> None:
    """Check a package and store it, complete but not visible yet. `eboxcast launch` makes it visible."""
    refuse_production_alone(environment.value, actor=actor(), asked="prepare")
    with resumable():
        package = sending.check(
            directory,
            policies=Policies(
                duplicates=duplicates, faulty_rows=faulty_rows, choice=Choice(sheet=sheet, column=column)
            ),
            as_json=as_json,
        )
        run = sending.prepare(package, environment=environment.value, adds=adds)
        sending.tell_published(run)
        sending.certify(run, as_json=as_json, strict=False)


@app.command()
def launch(
    run: Annotated[
        str,
        typer.Argument(
            help="The run: its number, the first characters of it, or its ticket; or the broadcast: 2027-0001."
        ),
    ],
    not_before: NotBefore = None,
    not_after: NotAfter = None,
    by_workers: ByWorkers = False,
    strict: Strict = False,
    as_json: AsJson = False,
) -> None:
    """Make a prepared run visible to all recipients at the same moment, and print the certificate.

    Before the agreed moment it waits; `eboxcast stop RUN` in another terminal ends the wait. A run that is already
    visible is not changed. A broadcast has its own moment and window.
    """
    window = Window(not_before=moment(not_before), not_after=moment(not_after))
    with resumable():
        if _BROADCAST.fullmatch(run) and procedure_is_on():
            launched = _launch_broadcast(run, window, by_workers=by_workers)
        else:
            launched = _launch_run(run, window, by_workers=by_workers)
        sending.certify(launched, as_json=as_json, strict=strict)


def _launch_run(number: str, window: Window, *, by_workers: bool) -> Run:
    found = find_run(number, actor=actor())
    return sending.launch(found, window=window, by_workers=by_workers)


def _launch_broadcast(number: str, window: Window, *, by_workers: bool) -> Run:
    if window != Window():
        raise WindowAgreed(broadcast=number)
    from eboxcast.cli.broadcast.options import load_broadcast  # the procedure, which a run alone does not wait for
    from eboxcast.delivery.broadcasts.agreed_launch import launch_broadcast  # the same
    from eboxcast.delivery.broadcasts.runs import PRODUCTION, run_for  # the same

    broadcast, who = load_broadcast(number)

    def begin(waiting: sending.Waiting, sent: sending.Progress) -> Run:
        return launch_broadcast(broadcast, actor=who, waiting=waiting, progress=sent, by_workers=by_workers)

    run = run_for(PRODUCTION, broadcast.production_run)
    if run is None:
        return begin(lambda until: None, lambda sums: None)  # refused, with all that is missing
    return sending.follow(run, begin, by_workers=by_workers)
