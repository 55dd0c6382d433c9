"""To which broadcast a run belongs, and which run to a broadcast."""

from __future__ import annotations

from uuid import UUID

from eboxcast.broadcasts.lookup import broadcast_of_run
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.broadcasts.states import ENDED
from eboxcast.broadcasts.steps import refuse_other_institutions
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.broadcasts.errors import TicketTaken
from eboxcast.delivery.models import Run
from eboxcast.delivery.runs.lookup import runs_of
from eboxcast.delivery.runs.production_gate import ACCEPTANCE, PRODUCTION
from eboxcast.delivery.runs.settlement import settle_by_id
from eboxcast.lib.actors import Actor
from eboxcast.lib.policy import authorize
from eboxcast.mailboxes.errors import ReleaseMissing
from eboxcast.mailboxes.values import Identity

__all__ = ["ACCEPTANCE", "PRODUCTION", "followed_run", "refuse_taken", "run_for"]


@sanitized_db_errors()
def refuse_taken(broadcast: Broadcast, environment: str, identity: Identity) -> None:
    """Raise TicketTaken where another broadcast that goes on has a run of this identity."""
    for run in runs_of(environment, identity):
        other = broadcast_of_run(run.id)
        if other is not None and other.id != broadcast.id and State(other.state) not in ENDED:
            raise TicketTaken(ticket=identity.ticket, application=identity.application, other=other.number)


def followed_run(broadcast: Broadcast, *, actor: Actor) -> Run | None:
    """Return the run of a broadcast that people follow: that in production, before there is one that in acceptance.

    Whoever may see a broadcast may see how it goes. Raises NotYourRole; BroadcastNotFound for another institution's.
    """
    authorize(actor, "broadcast.see")
    refuse_other_institutions(broadcast, actor)
    return run_for(PRODUCTION, broadcast.production_run) or run_for(ACCEPTANCE, broadcast.acceptance_run)


def run_for(environment: str, run: UUID | None) -> Run | None:
    """Return the run a broadcast names, as it is now; none where there is none, or nobody knows it any more."""
    if run is None:
        return None
    try:
        return settle_by_id(environment, run)
    except ReleaseMissing:
        return None
