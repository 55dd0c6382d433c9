"""`eboxcast publish`: the main job, from three files to the certificate."""

from __future__ import annotations

from eboxcast.cli.runs import sending
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import (
    Adds,
    AsJson,
    ByWorkers,
    Directory,
    DuplicatesPolicy,
    Environment,
    FaultyRowsPolicy,
    NotAfter,
    NotBefore,
    Strict,
    moment,
)
from eboxcast.cli.shell.signals import resumable
from eboxcast.delivery.runs.production_gate import refuse_production_alone
from eboxcast.delivery.runs.waiting import Window
from eboxcast.package.model import Duplicates, FaultyRows, Policies

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
    by_workers: ByWorkers = False,
    strict: Strict = False,
    as_json: AsJson = False,
) -> None:
    """Check a package, store it, make it visible to everybody at the same moment, and print the certificate.

    Running the same command again is the restart: what is done is not done twice.
    """
    refuse_production_alone(environment.value, actor=actor(), asked="publish")
    window = Window(not_before=moment(not_before), not_after=moment(not_after))
    with resumable():
        package = sending.check(directory, policies=Policies(duplicates=duplicates, faulty_rows=faulty_rows))
        run = sending.prepare(package, environment=environment.value, adds=adds)
        run = sending.launch(run, window=window, by_workers=by_workers)
        sending.certify(run, json=as_json, strict=strict)
