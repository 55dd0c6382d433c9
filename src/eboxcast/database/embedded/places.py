"""Where the parts of the embedded server lie, and the lock that lets one process at a time change them."""

from __future__ import annotations

import errno
import fcntl
import os
import pwd
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eboxcast.database.embedded.errors import SocketPathTooLong, StateDiskFull, StateNotWritable, StateOfAnotherUser
from eboxcast.lib.translation import N_

Tell = Callable[[str, dict[str, object]], None]

PORT = 5432
_LONGEST_SOCKET_PATH = 107
_WAITING = N_("Another process is starting or stopping the database. Waiting for it.")


@dataclass(frozen=True)
class Places:
    """The state folder. Binaries and configuration belong to us, data, socket and log to the server's user."""

    root: Path

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def socket(self) -> Path:
        return self.root / "socket"

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def config(self) -> Path:
        return self.root / "config"

    @property
    def binaries(self) -> Path:
        return self.root / "binaries"

    @property
    def first_log(self) -> Path:
        """Return the file for what the server says before it writes its own log."""
        return self.log / "start.log"


def refuse_long_socket_path(places: Places) -> None:
    """Raise SocketPathTooLong where the system would cut the path of the socket short."""
    length = len(os.fsencode(places.socket / f".s.PGSQL.{PORT}"))
    if length > _LONGEST_SOCKET_PATH:
        raise SocketPathTooLong(length=length, most=_LONGEST_SOCKET_PATH)


@contextmanager
def locked(places: Places, tell: Tell) -> Iterator[None]:
    """Hold the state folder for this process; the lock falls with the process, however it ends."""
    with writing(places.root):
        _make_root(places.root)
        handle = os.open(places.root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(handle, tell)
        yield
    finally:
        os.close(handle)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Raise StateOfAnotherUser, StateNotWritable or StateDiskFull where a folder cannot be written to."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StateDiskFull(folder=folder) from error
        owner = owner_of(folder)
        if owner not in (None, os.geteuid()):
            raise StateOfAnotherUser(folder=folder, owner=name_of_user(owner or 0)) from error
        raise StateNotWritable(folder=folder) from error


def owner_of(path: Path) -> int | None:
    """Return the user number a path belongs to, or nothing when it does not exist or is hidden from us."""
    try:
        return path.stat().st_uid
    except OSError:
        return None


def name_of_user(uid: int) -> str:
    """Return the name of a user, or the number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _make_root(root: Path) -> None:
    """Make the state folder. For root others may pass through it (the server's user must), not look into it."""
    if root.is_dir():
        return
    root.parent.mkdir(parents=True, exist_ok=True)
    root.mkdir(exist_ok=True)
    root.chmod(0o711 if os.geteuid() == 0 else 0o700)


def _lock(handle: int, tell: Tell) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        tell(_WAITING, {})
        fcntl.flock(handle, fcntl.LOCK_EX)
