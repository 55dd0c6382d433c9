"""Looking into an eBox, and taking over what the owner of the eBoxes says of them: both on record."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from django.db import transaction

from eboxcast.audit.actions import record
from eboxcast.audit.pseudonyms import pseudonym
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.errors import OnlyAcceptance
from eboxcast.delivery.runs.production_gate import PRODUCTION
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.policy import authorize
from eboxcast.mailboxes.loading import EboxesLoaded, load_eboxes
from eboxcast.mailboxes.opening import Letter, open_ebox


def look_into_ebox(environment: str, key: int, *, actor: Actor) -> Sequence[Letter]:
    """Return what an eBox shows; the audit keeps who looked, and into whose by a pseudonym. Marks nothing as read.

    Raises NotYourRole; OnlyAcceptance, as in production nobody but its owner looks.
    """
    authorize(actor, "ebox.look")
    refuse_production(environment)
    with sanitized_db_errors(), transaction.atomic():
        record("ebox.looked", by=actor.name, environment=environment, data={"person": pseudonym(key, clock.now())})
    return open_ebox(environment, key)


def refuse_production(environment: str) -> None:
    """Raise OnlyAcceptance where an eBox is not to be looked into; also for doors, before they ask whose it is."""
    if environment == PRODUCTION:
        raise OnlyAcceptance


def take_over_eboxes(environment: str, path: Path, *, actor: Actor) -> EboxesLoaded:
    """Load a file of eBoxes into an environment. Raises NotYourRole, EboxFileWrong."""
    authorize(actor, "ebox.load")
    by, name = actor.name, mask_and_strip(path.name)
    with sanitized_db_errors(), transaction.atomic():
        record("eboxes.load_intended", by=by, environment=environment, data={"file": name})
    loaded = load_eboxes(environment, path)
    with sanitized_db_errors(), transaction.atomic():
        record("eboxes.loaded", by=by, environment=environment, data={"file": name, **vars(loaded)})
    return loaded
