"""What a GO would confirm: what is prepared, what became of it since the test, and the digest that a GO names.

For nobody but whoever may give the GO: others, who could hand the digest on, see everything but that.
"""

from __future__ import annotations

from dataclasses import dataclass

from eboxcast.broadcasts.errors import NothingPrepared
from eboxcast.broadcasts.guards import holding_go
from eboxcast.broadcasts.models import Broadcast, Go
from eboxcast.broadcasts.production import files_digest
from eboxcast.broadcasts.states import Action
from eboxcast.broadcasts.steps import authorize_action, refuse_other_institutions
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.broadcasts.runs import ACCEPTANCE, PRODUCTION, run_for
from eboxcast.delivery.models import Run, RunList
from eboxcast.lib.actors import Actor


@dataclass(frozen=True, kw_only=True)
class GoPreview:
    """What is prepared for production."""

    broadcast: Broadcast
    run: Run
    lists: tuple[RunList, ...]
    files: str
    """The digest that a GO names (``broadcasts.production.files_digest``)."""
    tested: Run | None
    """The run of the test; None once nobody knows it any more."""
    holding: Go | None
    """The GO that was given for it already."""
    last_void: Go | None
    """The GO that was given last, for other files or another moment, or that was withdrawn."""


def preview_go(broadcast: Broadcast, *, actor: Actor) -> GoPreview:
    """Return what a GO of this moment would confirm. Raises BroadcastNotFound, NotYourRole, NothingPrepared."""
    refuse_other_institutions(broadcast, actor)
    authorize_action(actor, Action.GIVE_GO)
    run = run_for(PRODUCTION, broadcast.production_run)
    if run is None:
        raise NothingPrepared(broadcast=broadcast.number)
    with sanitized_db_errors():
        return GoPreview(
            broadcast=broadcast,
            run=run,
            lists=tuple(run.lists.all()),
            files=files_digest(broadcast),
            tested=run_for(ACCEPTANCE, broadcast.acceptance_run),
            holding=holding_go(broadcast),
            last_void=broadcast.gos.exclude(void_at=None).last(),
        )
