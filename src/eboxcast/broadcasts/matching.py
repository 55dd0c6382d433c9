"""For which broadcast files are meant, where nobody says so: the only one that their metadata fit."""

from __future__ import annotations

from pathlib import Path

from eboxcast.broadcasts.errors import MetadataUnread, NoneFits
from eboxcast.broadcasts.lookup import broadcasts_for
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.broadcasts.states import TRANSITIONS, Action
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib.actors import Actor
from eboxcast.lib.masking import mask_and_strip
from eboxcast.package.directory import find_files
from eboxcast.package.metadata import read_metadata
from eboxcast.package.model import Metadata

_ACTIONS = {"acceptance": Action.DELIVER_ACCEPTANCE, "production": Action.DELIVER_PRODUCTION}


def fitting_broadcast(directory: Path, *, environment: str, actor: Actor) -> Broadcast:
    """Return the one broadcast that may take these files. Raises NotYourRole, MetadataUnread, NoneFits."""
    metadata_file = find_files(directory).metadata
    metadata = read_metadata(metadata_file).metadata if metadata_file else None
    if metadata is None:
        raise MetadataUnread(path=mask_and_strip(str(directory)))
    fitting = _fitting(metadata, _ACTIONS[environment], actor)
    if len(fitting) != 1:
        numbers = ", ".join(one.number for one in fitting) or "–"
        raise NoneFits(count=len(fitting), fitting=numbers)
    return fitting[0]


@sanitized_db_errors()
def _fitting(metadata: Metadata, action: Action, actor: Actor) -> list[Broadcast]:
    found = broadcasts_for(actor).filter(
        institution=metadata.institution,
        application=metadata.application,
        message_type=metadata.message_type,
        language=metadata.language,
    )
    return [one for one in found if (State(one.state), action) in TRANSITIONS]
