"""What lies in the drop folders for long: sets that no GO file ended, and files that are not meant for us."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connections

from eboxcast.database.findings import Finding, State, Surroundings
from eboxcast.database.marks import is_ours
from eboxcast.database.names import CONTROL
from eboxcast.exchange.collection import institutions
from eboxcast.exchange.folders import DropFolderUnusable, Folder, open_folder
from eboxcast.exchange.names import FOLDERS
from eboxcast.lib import clock
from eboxcast.lib.translation import N_
from eboxcast.package.reading import reason_of

LONG = timedelta(days=1)

_NOTHING = N_("There is nothing unexpected in the drop folders.")
_LYING = N_("{count} file(s) have been in {folder} since {since} without being collected.")
_REMEDY = N_("They have no GO file, or their names do not have the agreed format. Tell the institution.")


@dataclass(frozen=True, kw_only=True)
class Lying:
    """Files in one folder that nobody will take."""

    folder: str
    """The institution's number and the name of its folder."""
    count: int
    since: datetime


def lying(root: Path) -> list[Lying]:
    """Return the folders in which something lies for more than a day. Raises DropFolderUnusable."""
    try:
        return [found for institution in institutions(root) for found in _of(root, institution)]
    except OSError as error:
        raise DropFolderUnusable(folder=str(root), reason=reason_of(error)) from error


def drop_folders(around: Surroundings) -> Iterator[Finding]:
    """Files that lie in a drop folder for more than a day: they may hold national numbers."""
    control = around.reached.get(CONTROL)
    if settings.EBOXCAST_DROP_DIR is None or control is None or not is_ours(control):
        return
    found = lying(settings.EBOXCAST_DROP_DIR)
    if not found:
        yield Finding("drop-folders", State.OK, _NOTHING)
    for one in found:
        data = {"count": one.count, "folder": one.folder, "since": one.since}
        yield Finding("drop-folders", State.ATTENTION, _LYING, data, _REMEDY)


def _of(root: Path, institution: str) -> Iterator[Lying]:
    for environment, (incoming, _) in FOLDERS.items():
        if environment not in connections.settings:
            continue
        with open_folder(institution, incoming, within=root) as folder:
            since = _since(folder) if folder else []
        if since:
            yield Lying(folder=f"{institution}/{incoming}", count=len(since), since=min(since))


def _since(folder: Folder) -> list[datetime]:
    """Return since when old files lie there, by the clock of the machine, as their times are."""
    now = clock.now() - clock.offset()
    looked = (folder.look(name) for name in folder.names() if not name.startswith("."))
    moments = (datetime.fromtimestamp(found.st_mtime, UTC) for found in looked if found)
    return [moment for moment in moments if now - moment > LONG]
