"""What keeps the engine from production but for a broadcast, with the procedure on: whatever door somebody comes by."""

from __future__ import annotations

from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.database.installation import procedure_is_on
from eboxcast.database.names import ENVIRONMENTS
from eboxcast.delivery.broadcasts.errors import OnlyByBroadcast, OnlyInItsBroadcast
from eboxcast.delivery.models import Run
from eboxcast.lib.actors import Actor

ACCEPTANCE, PRODUCTION = ENVIRONMENTS

# Only the tables of `broadcasts` are imported here, not its rules: a publication without the procedure does not wait
# for those.


def refuse_production_alone(environment: str, *, actor: Actor, asked: str) -> None:
    """Raise OnlyByBroadcast where a person would prepare or launch in production, with the procedure on.

    For a broadcast the procedure itself does, in the name of whoever took the step that leads there.
    """
    if environment == PRODUCTION and not actor.is_steward and procedure_is_on():
        raise OnlyByBroadcast(asked=asked)


def may_be_retried(run: Run) -> bool:
    """Say whether a run may be tried again by itself: with the procedure on, production needs a broadcast."""
    return run.environment != PRODUCTION or not procedure_is_on()


def refuse_outside_broadcast(run: Run) -> None:
    """Raise OnlyInItsBroadcast unless a broadcast that is being launched has this run, or none needs to."""
    if run.environment != PRODUCTION or not procedure_is_on():
        return
    with sanitized_db_errors():
        if not Broadcast.objects.filter(production_run=run.id, state=State.LAUNCHED).exists():
            raise OnlyInItsBroadcast(run=run.short)
