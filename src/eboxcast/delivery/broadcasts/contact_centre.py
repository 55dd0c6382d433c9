"""Warning the contact centre once production is prepared: how many will look for their eBox for the first time."""

from __future__ import annotations

from eboxcast.broadcasts.contacts import warn_contact_centre
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.broadcasts.states import Action
from eboxcast.broadcasts.steps import held, refuse_impossible
from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.broadcasts.runs import PRODUCTION, run_for
from eboxcast.lib.actors import STEWARD, Actor
from eboxcast.mailboxes.audiences import read_audience
from eboxcast.mailboxes.fence import find_release
from eboxcast.mailboxes.preview import states_now
from eboxcast.targets.opening import capabilities_of

_PREPARED = (State.PRODUCTION_DELIVERED, State.CONFIRMED, State.ARMED)


def warn_when_prepared(broadcast: Broadcast) -> list[str]:
    """Warn the contact centre of a broadcast that is prepared, once for each date; return what was done."""
    if not _is_due(broadcast):
        return []
    first_time = first_time_count(broadcast)
    with held(broadcast):
        if not _is_due(broadcast):
            return []
        warn_contact_centre(broadcast, actor=STEWARD, first_time=first_time)
    return ["contact_centre_warned"]


def warn(broadcast: Broadcast, *, actor: Actor, first_time: int | None = None) -> Broadcast:
    """Warn the contact centre by hand; ``first_time`` is how many never opened an eBox, counted where it is not given.

    Raises BroadcastNotFound, NotYourRole, NotInThisState, NotReady.
    """
    refuse_impossible(broadcast, Action.WARN, actor=actor)
    expected = first_time_count(broadcast) if first_time is None else first_time
    return warn_contact_centre(broadcast, actor=actor, first_time=expected)


def first_time_count(broadcast: Broadcast) -> int | None:
    """Return how many recipients never opened an eBox, as a rehearsal counts them; None where nobody tells."""
    run = run_for(PRODUCTION, broadcast.production_run)
    if run is None or not capabilities_of(PRODUCTION).own_eboxes:
        return None
    release = find_release(PRODUCTION, run.id)
    if release is None:
        return None
    with sanitized_db_errors():
        connection, prime = environment_connection(PRODUCTION), bucket_prime(PRODUCTION)
        keys = read_audience(connection, release=release.id, prime=prime)
    return states_now(PRODUCTION, keys).never_activated


def _is_due(broadcast: Broadcast) -> bool:
    return State(broadcast.state) in _PREPARED and broadcast.contact_centre_warned_at is None
