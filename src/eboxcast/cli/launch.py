"""`eboxcast launch`: the second half of the main job."""

from __future__ import annotations

from eboxcast.cli import sending
from eboxcast.cli.beside_procedure import refuse_production_alone
from eboxcast.cli.door import command_app
from eboxcast.cli.options import AsJson, ByWorkers, NotAfter, NotBefore, RunNumber, Strict, moment
from eboxcast.cli.resuming import resumable
from eboxcast.delivery.finding import find_run
from eboxcast.delivery.waiting import Window

app = command_app()


@app.command()
def main(
    run: RunNumber,
    not_before: NotBefore = None,
    not_after: NotAfter = None,
    by_workers: ByWorkers = False,
    strict: Strict = False,
    as_json: AsJson = False,
) -> None:
    """Make a prepared run visible to everybody at the same moment, and print the certificate.

    Before the agreed moment it waits; `eboxcast stop RUN` from elsewhere ends the waiting. A run that is already
    visible stays as it is.
    """
    window = Window(not_before=moment(not_before), not_after=moment(not_after))
    with resumable():
        found = find_run(run)
        refuse_production_alone(found.environment, asked="launch RUN")
        launched = sending.launch(found, window=window, by_workers=by_workers)
        sending.certify(launched, json=as_json, strict=strict)
