"""Taking over what the owner of the eBoxes says of them: on record before and after, by count and digest."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from eboxcast.audit.actions import record
from eboxcast.database.errors import quiet
from eboxcast.mailboxes.loading import EboxesLoaded, load_eboxes


def take_over_eboxes(environment: str, path: Path, *, by: str) -> EboxesLoaded:
    """Load a file of eBoxes into an environment. Raises EboxFileWrong."""
    with quiet(), transaction.atomic():
        record("eboxes.load_intended", by=by, environment=environment, data={"file": path.name})
    loaded = load_eboxes(environment, path)
    with quiet(), transaction.atomic():
        record("eboxes.loaded", by=by, environment=environment, data={"file": path.name, **vars(loaded)})
    return loaded
