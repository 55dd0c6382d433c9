"""`eboxcast prepare`: the first half of the main job; days before, if you like."""

from __future__ import annotations

from eboxcast.cli.runs import sending
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import Adds, AsJson, Directory, DuplicatesPolicy, Environment, FaultyRowsPolicy
from eboxcast.cli.shell.signals import resumable
from eboxcast.delivery.runs.production_gate import refuse_production_alone
from eboxcast.package.model import Duplicates, FaultyRows, Policies

app = command_app()


@app.command()
def main(
    directory: Directory,
    environment: Environment,
    duplicates: DuplicatesPolicy = Duplicates.MERGE,
    faulty_rows: FaultyRowsPolicy = FaultyRows.BLOCK,
    adds: Adds = False,
    as_json: AsJson = False,
) -> None:
    """Check a package and store it, complete and visible to nobody. `eboxcast launch` makes it visible."""
    refuse_production_alone(environment.value, actor=actor(), asked="prepare")
    with resumable():
        package = sending.check(directory, policies=Policies(duplicates=duplicates, faulty_rows=faulty_rows))
        run = sending.prepare(package, environment=environment.value, adds=adds)
        sending.tell_published(run)
        sending.certify(run, json=as_json, strict=False)
