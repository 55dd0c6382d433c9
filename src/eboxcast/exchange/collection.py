"""One pass over the drop folders: each set that is complete is taken, handed on, answered, and removed.

A pass killed anywhere is taken up by the next one: the set is handed on (the same files again change nothing), what
came of it noted, the answers written, the GO file removed, then the parts, and the end noted.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.db import connection, connections

from eboxcast.database.errors import sanitized_db_errors
from eboxcast.exchange import records
from eboxcast.exchange.folders import SHARED_FOLDER, DropFolderUnusable, open_folder
from eboxcast.exchange.intake import TROUBLE, WAITING, Collected, Door, files_of, remove, take
from eboxcast.exchange.names import FOLDERS
from eboxcast.exchange.sets import clear_copies, gather
from eboxcast.exchange.signers import must_sign
from eboxcast.lib.actors import STEWARD, Actor
from eboxcast.lib.errors import EboxcastError, Incomplete
from eboxcast.lib.policy import authorize
from eboxcast.package.reading import reason_of
from eboxcast.senders.models import Institution

_LOCK = 0x64726F70666F6C64


def collect(root: Path, *, actor: Actor) -> list[Collected]:
    """Take all sets that are complete, of every institution; another collector at work leaves nothing to do.

    What fails for one set or folder is in the answer, and keeps no other from being taken. Raises NotYourRole;
    DropFolderUnusable where the root itself cannot be used.
    """
    authorize(actor, "exchange.collect")
    with _alone() as alone:
        if not alone:
            return []
        try:
            clear_copies(root)
        except OSError as error:
            raise DropFolderUnusable(folder=str(root), reason=reason_of(error)) from error
        return [
            collected
            for institution in institutions(root)
            for environment in FOLDERS
            if environment in connections.settings
            for collected in _collect_from(root, institution, environment)
        ]


def take_in() -> tuple[list[Collected], list[EboxcastError]]:
    """Take all sets that are complete, for the steward: what was taken, and what went wrong.

    Raises DropFolderUnusable.
    """
    root = settings.EBOXCAST_DROP_DIR
    collected = collect(root, actor=STEWARD) if root is not None else []
    taken = [one for one in collected if one.outcome not in (WAITING, TROUBLE)]
    return taken, [one.error for one in collected if one.error is not None]


@sanitized_db_errors()
def institutions(root: Path) -> list[str]:
    """Return the institutions that have a folder; folders of others are nobody's."""
    known = set(Institution.objects.values_list("cbe", flat=True))
    return sorted(known & {entry.name for entry in os.scandir(root) if entry.is_dir(follow_symlinks=False)})


def _collect_from(root: Path, institution: str, environment: str) -> Iterator[Collected]:
    incoming, outgoing = FOLDERS[environment]
    try:
        with open_folder(institution, incoming, within=root) as source:
            if source is None:
                return
            with suppress(FileExistsError):
                (root / institution / outgoing).mkdir(mode=SHARED_FOLDER)
            with open_folder(institution, outgoing, within=root) as target:
                door = Door(root=root, institution=institution, environment=environment, source=source, target=target)
                yield from _through(door)
    except Incomplete:
        raise  # somebody asked for the end
    except (OSError, EboxcastError) as error:
        yield Collected.of_folder(institution, environment, error)


def _through(door: Door) -> Iterator[Collected]:
    door.refuse_unusable()
    _finish(door)
    signing = must_sign(door.institution)
    for gathered in gather(door.source, institution=door.institution, environment=door.environment, signing=signing):
        if door.source.look(gathered.order.name) is not None:
            yield take(door, gathered)


def _finish(door: Door) -> None:
    """Finish what an interrupted collector has answered: its GO file is gone, some parts may be left."""
    for taken in records.unfinished(door.institution, door.environment):
        left = files_of(door, taken)
        if not any(one.ends for one, _ in left):
            remove(door, taken)
            records.end(taken)


@contextmanager
def _alone() -> Iterator[bool]:
    """Be the only collector; the database forgets it of one that was killed."""
    with sanitized_db_errors(), connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [_LOCK])
        alone = bool(cursor.fetchone()[0])
    try:
        yield alone
    finally:
        if alone:
            with suppress(EboxcastError), sanitized_db_errors(), connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(%s)", [_LOCK])
