"""`eboxcast pace`: how fast a run is sent."""

from __future__ import annotations

from typing import Annotated

import typer

from eboxcast.cli.runs.decisions import tell
from eboxcast.cli.runs.workers import wake_workers
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.errors import NoPace
from eboxcast.cli.shell.options import AsJson, RunNumber
from eboxcast.delivery.models import State
from eboxcast.delivery.runs import remote_decisions
from eboxcast.delivery.runs.finding import find_run
from eboxcast.delivery.runs.settlement import settle
from eboxcast.lib.translation import N_

_LIMITED = N_(
    "From the next batch: at most {rate} recipients per second, {parallel} batch(es) at once. So far: {remainder}."
)
_UNLIMITED = N_("From the next batch: no rate limit, {parallel} batch(es) at once. So far: {remainder}.")

app = command_app()


@app.command()
def main(
    run: RunNumber,
    rate: Annotated[float | None, typer.Option(min=0, help="Recipients per second at most; 0 is no limit.")] = None,
    parallel: Annotated[int | None, typer.Option(min=1, max=64, help="How many batches at once.")] = None,
    as_json: AsJson = False,
) -> None:
    """Set how fast a run is sent to a provider, also while it is under way."""
    who = actor()
    if rate is None and parallel is None:
        raise NoPace
    paced = remote_decisions.pace(settle(find_run(run, actor=who)), rate=rate, parallel=parallel, actor=who)
    if paced.state == State.RUNNING:
        wake_workers(paced)  # more batches at once may need lanes that nobody has queued yet
    tell(paced, _LIMITED if paced.rate else _UNLIMITED, as_json=as_json, rate=paced.rate, parallel=paced.parallel)
