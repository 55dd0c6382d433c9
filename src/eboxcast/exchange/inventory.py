"""What lies in the drop folders for long: sets that no GO file ended, and files that are not meant for us."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.db import connections

from eboxcast.exchange.collection import institutions
from eboxcast.exchange.errors import DropFolderUnusable
from eboxcast.exchange.folders import Folder, open_folder
from eboxcast.exchange.names import FOLDERS
from eboxcast.lib import clock
from eboxcast.package.reading import reason_of

LONG = timedelta(days=1)


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
