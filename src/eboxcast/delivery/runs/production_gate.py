"""The last guard before anything is visible in production, in the engine itself: whatever door somebody comes by."""

from __future__ import annotations

from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.database.installation import procedure_is_on
from eboxcast.database.names import ENVIRONMENTS
from eboxcast.delivery.broadcasts.errors import OnlyInItsBroadcast
from eboxcast.delivery.models import Run

ACCEPTANCE, PRODUCTION = ENVIRONMENTS

# Only the tables of `broadcasts` are imported here, not its rules: a publication without the procedure does not wait
# for those.


def refuse_outside_broadcast(run: Run) -> None:
    """Raise OnlyInItsBroadcast unless a broadcast that is being launched has this run, or none needs to."""
    if run.environment != PRODUCTION or not procedure_is_on():
        return
    with sanitized_db_errors():
        if not Broadcast.objects.filter(production_run=run.id, state=State.LAUNCHED).exists():
            raise OnlyInItsBroadcast(run=run.short)
