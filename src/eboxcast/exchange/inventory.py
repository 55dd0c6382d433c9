"""What the doctor looks at of the drop folders: what lies there for long, whether institutions reach them and sign."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connections

from eboxcast.database.findings import Check, Finding, State, Surroundings
from eboxcast.database.names import CONTROL
from eboxcast.exchange.collection import institutions
from eboxcast.exchange.folders import DropFolderUnusable, Folder, open_folder
from eboxcast.exchange.keys import keys_ending
from eboxcast.exchange.names import FOLDERS
from eboxcast.exchange.signers import signers_ending
from eboxcast.lib import clock
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_
from eboxcast.package.reading import reason_of

LONG = timedelta(days=1)

_NOTHING = N_("There is nothing unexpected in the drop folders.")
_LYING = N_("{count} {count:file has|files have} been in {folder} since {since} without being collected.")
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
    if settings.EBOXCAST_DROP_DIR is None or CONTROL not in around.ours:
        return
    found = lying(settings.EBOXCAST_DROP_DIR)
    if not found:
        yield Finding("drop-folders", State.OK, _NOTHING)
    for one in found:
        data = {"count": one.count, "folder": one.folder, "since": one.since}
        yield Finding("drop-folders", State.ATTENTION, _LYING, data, _REMEDY)


_ENDING = N_("Key {number} of {institution}, {label}, ends on {moment}, and there is no later one.")
_ASK = N_("Ask the institution for a new public key, then: {add}")
_ADD = {"add": NextAction(action="sftp_key.add")}
_ANSWERS = N_("The SFTP server answers at {address}.")
_NO_ANSWER = N_("The SFTP server does not answer at {address}.")
_START = N_("Start it: {serve}")
_SERVE = {"serve": NextAction(action="sftp.serve")}
_SECONDS = 3


def sftp(around: Surroundings) -> Iterator[Finding]:
    """Whether institutions reach their folders over SFTP, where they are meant to, and for how long."""
    if not settings.EBOXCAST_SFTP_LISTEN or CONTROL not in around.ours:
        return
    host, port = settings.EBOXCAST_SFTP_LISTEN
    data = {"address": f"{host}:{port}"}
    if _greets(host, port):
        yield Finding("sftp", State.OK, _ANSWERS, data)
    else:
        yield Finding("sftp", State.ATTENTION, _NO_ANSWER, data, _START, _SERVE)
    for key in keys_ending():
        of_key = {"number": key.pk, "institution": key.institution, "label": key.label, "moment": key.expires_at}
        yield Finding("sftp", State.ATTENTION, _ENDING, of_key, _ASK, _ADD)


def signers(around: Surroundings) -> Iterator[Finding]:
    """Whether institutions that sign what they deliver can go on doing so."""
    if settings.EBOXCAST_DROP_DIR is None or CONTROL not in around.ours:
        return
    for one in signers_ending():
        data = {"number": one.pk, "institution": one.institution, "label": one.label, "moment": one.expires_at}
        yield Finding("signers", State.ATTENTION, _CERTIFICATE_ENDING, data, _ASK_CERTIFICATE, _ADD_SIGNER)


_CERTIFICATE_ENDING = N_("Certificate {number} of {institution}, {label}, ends on {moment}, and there is no later one.")
_ASK_CERTIFICATE = N_("Ask the institution for a new certificate, or its sets will be refused, then: {add}")
_ADD_SIGNER = {"add": NextAction(action="signer.add")}


def _greets(host: str, port: int) -> bool:
    """Return whether an SSH server is there; one that listens everywhere is asked on this machine."""
    try:
        with socket.create_connection((_HERE.get(host, host), port), timeout=_SECONDS) as connected:
            return connected.recv(4) in (b"SSH-", b"Too ")
    except OSError:
        return False


_HERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to ask, not where to listen


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
    # Also what is hidden: uploads that were cut off may hold national numbers like the rest.
    looked = map(folder.look, folder.names())
    moments = (datetime.fromtimestamp(found.st_mtime, UTC) for found in looked if found)
    return [moment for moment in moments if now - moment > LONG]


CHECKS: tuple[Check, ...] = (drop_folders, sftp, signers)
