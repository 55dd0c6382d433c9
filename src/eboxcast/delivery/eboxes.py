"""Looking into an eBox, and taking over what the owner of the eBoxes says of them: both on record."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from eboxcast.audit.actions import record
from eboxcast.audit.pseudonyms import pseudonym
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.mailboxes.loading import EboxesLoaded, load_eboxes
from eboxcast.mailboxes.opening import Letter, open_ebox


def look_into_ebox(environment: str, key: int, *, by: str) -> list[Letter]:
    """Return what an eBox shows; the audit keeps who looked, and into whose by a pseudonym."""
    with sanitized_db_errors(), transaction.atomic():
        record("ebox.looked", by=by, environment=environment, data={"person": pseudonym(key, clock.now())})
    return open_ebox(environment, key)


def take_over_eboxes(environment: str, path: Path, *, by: str) -> EboxesLoaded:
    """Load a file of eBoxes into an environment. Raises EboxFileWrong."""
    with sanitized_db_errors(), transaction.atomic():
        record("eboxes.load_intended", by=by, environment=environment, data={"file": path.name})
    loaded = load_eboxes(environment, path)
    with sanitized_db_errors(), transaction.atomic():
        record("eboxes.loaded", by=by, environment=environment, data={"file": path.name, **vars(loaded)})
    return loaded
