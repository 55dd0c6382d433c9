"""What an institution may do with its folders from afar: put files in, take answers out. No door knows more.

A file that is being written is hidden under another name, ``.<name>.half``, and gets its own when it is closed: what
was cut off in the middle is never collected, and can be continued. Whoever asks sees it under its own name.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from weakref import WeakValueDictionary

from django.conf import settings

from eboxcast.exchange.folders import SHARED_FILE, SHARED_FOLDER, Folder, drop_folder, open_folder
from eboxcast.exchange.names import FOLDERS
from eboxcast.lib.actors import Actor
from eboxcast.lib.policy import authorize

INCOMING = tuple(incoming for incoming, _ in FOLDERS.values())
OUTGOING = tuple(outgoing for _, outgoing in FOLDERS.values())
ALL = tuple(sorted((*INCOMING, *OUTGOING)))

MOST_FILES = 1000
_MOST_BYTES_OF_A_NAME = 200
_SLICE = 16 << 20
_TRIES = 5
_WRITE = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class InUse(OSError):
    """Another connection is writing this file."""

    def __init__(self) -> None:
        super().__init__(errno.EBUSY, "Another connection is writing this file")


class OverQuota(OSError):
    """The folders of the institution are full."""

    def __init__(self) -> None:
        super().__init__(errno.EDQUOT, "Your folders are full: wait until your sets have been collected")


class Torn(OSError):
    """Some of the file could not be written, and the program closes it all the same."""

    def __init__(self) -> None:
        super().__init__(errno.EIO, "The file is not complete: send it again")


class Upload:
    """A file that is being written, by this connection alone."""

    def __init__(self, descriptor: int, folder: int, name: str, *, quota: Quota, appending: bool) -> None:
        self._descriptor = descriptor
        self._folder = folder
        self._name = name
        self._quota = quota
        self._appending = appending
        self._is_torn = False

    @property
    def size(self) -> int:
        """Return how much of it is here."""
        return os.fstat(self._descriptor).st_size

    def look(self) -> os.stat_result:
        """Return what is known of it."""
        return os.fstat(self._descriptor)

    def write(self, offset: int, data: bytes) -> int:
        """Write at a place, or at the end where it was opened so. Raises OverQuota."""
        left = memoryview(data)
        try:
            with self._quota.taken_alone():
                size = self.size
                offset = size if self._appending else offset
                self._quota.take(offset + len(data) - size)
                while left:
                    written = os.pwrite(self._descriptor, left, offset)
                    offset, left = offset + written, left[written:]
        except OSError:
            self._is_torn = True
            raise
        return len(data)

    def cut(self, size: int) -> None:
        """Give it this size. Raises OverQuota."""
        with self._quota.taken_alone():
            self._quota.take(size - self.size)
            os.ftruncate(self._descriptor, size)

    def finish(self) -> None:
        """Give the file its name: from now on it can be collected. Raises Torn where something was not written."""
        try:
            if self._is_torn:
                raise Torn
            os.fsync(self._descriptor)
            os.rename(half_of(self._name), self._name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
            os.fsync(self._folder)
        finally:
            self.leave()

    def leave(self) -> None:
        """Leave the file unfinished; it can be continued."""
        os.close(self._descriptor)
        os.close(self._folder)


class Download:
    """An answer that is being read."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def look(self) -> os.stat_result:
        """Return what is known of it."""
        return os.fstat(self._descriptor)

    def read(self, offset: int, size: int) -> bytes:
        """Return some of it."""
        return os.pread(self._descriptor, size, offset)

    def leave(self) -> None:
        """Close it."""
        os.close(self._descriptor)


class Quota:
    """How much may lie in the incoming folders of an institution: one for all its connections to this process.

    Room is reserved in slices, so that the disk is seldom looked at. Another process does not see what is reserved
    here: each one beyond the first may pass the limit by one slice.
    """

    def __init__(self, root: Path, institution: str, *, most_bytes: int) -> None:
        self._root, self._institution, self._most = root, institution, most_bytes
        self._reserved = 0
        self._lock = Lock()

    @contextmanager
    def taken_alone(self) -> Iterator[None]:
        """Let nobody else take room until what was taken is used: only then does a look at the disk count it."""
        with self._lock:
            yield

    def take(self, growth: int) -> None:
        """Take room for more bytes; alone. Raises OverQuota."""
        if growth <= 0:
            return
        if growth > self._reserved:
            size, _ = self._used()
            room = self._most - size
            if growth > room:
                raise OverQuota
            self._reserved = min(room, max(growth, _SLICE))
        self._reserved -= growth

    def take_file(self) -> None:
        """Take room for one more file; alone. Raises OverQuota."""
        size, count = self._used()
        if count >= MOST_FILES or size >= self._most:
            raise OverQuota

    def _used(self) -> tuple[int, int]:
        sizes = [
            found.st_size
            for name in INCOMING
            for folder in _opened(self._root, self._institution, name)
            for each in folder.names()
            if (found := folder.look(each))
        ]
        return sum(sizes), len(sizes)


@dataclass(frozen=True)
class Access:
    """The folders of one institution, as it sees them."""

    root: Path
    institution: str
    most_bytes: int

    def make_folders(self) -> None:
        """Make the folders that are not there yet."""
        for name in ("", *ALL):
            with suppress(FileExistsError):
                (self.root / self.institution / name).mkdir(mode=SHARED_FOLDER)

    def names(self, folder: str) -> list[str]:
        """Return the names of the files in a folder. Raises FileNotFoundError."""
        with self._folder(folder) as opened:
            shown = {_shown(name) for name in opened.names() if folder in INCOMING or not name.startswith(".")}
            return sorted(name for name in shown if _found(opened, name))

    def look(self, folder: str, name: str) -> os.stat_result:
        """Return what is known of a file. Raises FileNotFoundError."""
        with self._folder(folder) as opened:
            found = _found(opened, name)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, "No such file")
        return found

    def is_whole(self, folder: str, name: str) -> bool:
        """Return whether a file is complete: nobody is writing it, and it was not cut off."""
        with self._folder(folder) as opened:
            return opened.look(half_of(name)) is None and opened.mark(name) is not None

    def open_to_write(
        self,
        folder: str,
        name: str,
        *,
        create: bool = False,
        fresh: bool = False,
        new: bool = False,
        appending: bool = False,
    ) -> Upload:
        """Open a file: from its beginning where ``fresh``, only where there is none where ``new``.

        Raises FileNotFoundError, FileExistsError, PermissionError, InUse, OverQuota.
        """
        _refuse(folder not in INCOMING or not _is_fit(name))
        quota = _quota_of(self)
        with quota.taken_alone(), self._folder(folder) as opened:
            if _found(opened, name) is None:
                if not create:
                    raise FileNotFoundError(errno.ENOENT, "No such file")
                quota.take_file()
            elif new:
                raise FileExistsError(errno.EEXIST, "There is a file of this name")
            directory = opened.duplicate()
            try:
                descriptor = _claim(directory, name, create=create)
            except BaseException:
                os.close(directory)
                raise
        upload = Upload(descriptor, directory, name, quota=quota, appending=appending)
        if fresh:
            upload.cut(0)
        return upload

    def open_to_read(self, folder: str, name: str) -> Download:
        """Open an answer. Raises FileNotFoundError, PermissionError."""
        _refuse(folder not in OUTGOING or not _is_fit(name) or name.startswith("."))
        with self._folder(folder) as opened:
            if opened.mark(name) is None:
                raise FileNotFoundError(errno.ENOENT, "No such file")
            directory = opened.duplicate()
        try:
            return Download(os.open(name, _READ, dir_fd=directory))
        finally:
            os.close(directory)

    def remove(self, folder: str, name: str) -> None:
        """Remove a file. Raises FileNotFoundError, PermissionError, InUse."""
        _refuse(not _is_fit(name))
        if folder in INCOMING:
            # Claimed first, so that nobody is writing it.
            upload = self.open_to_write(folder, name)
            with self._folder(folder) as opened:
                opened.unlink(half_of(name))
            upload.leave()
            return
        self.look(folder, name)
        with self._folder(folder) as opened:
            opened.unlink(name)

    def rename(self, folder: str, name: str, to: str, *, replacing: bool) -> None:
        """Give a complete file another name in its folder.

        Raises FileNotFoundError, FileExistsError, PermissionError, InUse.
        """
        _refuse(folder not in INCOMING or not _is_fit(name) or not _is_fit(to))
        with self._folder(folder) as opened:
            if opened.look(half_of(name)) is not None:
                raise InUse
            if opened.mark(name) is None:
                raise FileNotFoundError(errno.ENOENT, "No such file")
            exists = _found(opened, to) is not None
        if exists and not replacing:
            raise FileExistsError(errno.EEXIST, "There is a file of this name")
        if exists and name != to:
            self.remove(folder, to)
        with self._folder(folder) as opened:
            opened.rename(name, to)

    @contextmanager
    def _folder(self, name: str) -> Iterator[Folder]:
        with open_folder(self.institution, name, within=self.root) as opened:
            if name not in ALL or opened is None:
                raise FileNotFoundError(errno.ENOENT, "No such folder")
            yield opened


_quotas: WeakValueDictionary[Access, Quota] = WeakValueDictionary()
_quotas_lock = Lock()


def _quota_of(access: Access) -> Quota:
    """Return the quota that all who write into these folders share; it is forgotten when nobody does."""
    with _quotas_lock:
        quota = _quotas.get(access)
        if quota is None:
            quota = Quota(access.root, access.institution, most_bytes=access.most_bytes)
            _quotas[access] = quota
        return quota


def access_for(actor: Actor) -> Access:
    """Return the folders of somebody's institution. Raises NotYourRole, DropFolderNotSet."""
    authorize(actor, "exchange.transfer")
    access = Access(drop_folder(), actor.institution, settings.EBOXCAST_DROP_QUOTA << 20)
    access.make_folders()
    return access


def half_of(name: str) -> str:
    """Return under which name a file is hidden while it is written."""
    return f".{name}.half"


def is_half(name: str) -> bool:
    """Return whether a file with this name is being written, or was cut off."""
    return name.startswith(".") and name.endswith(".half")


def _shown(name: str) -> str:
    """Return how a file is called to whoever asks."""
    return name[1:].removesuffix(".half") if is_half(name) else name


def _found(folder: Folder, name: str) -> os.stat_result | None:
    """Return what is known of an ordinary file, also while it is written."""
    if not _is_fit(name):
        return None
    for each in (half_of(name), name):
        found = folder.look(each)
        if found is not None and stat.S_ISREG(found.st_mode):
            return found
    return None


def _claim(directory: int, name: str, *, create: bool) -> int:
    """Return a descriptor of the file under its hidden name, locked. Another connection may come between each step."""
    half = half_of(name)
    for _ in range(_TRIES):
        with suppress(FileNotFoundError):
            descriptor = os.open(half, _WRITE, dir_fd=directory)
            if _is_locked(descriptor, half, directory):
                return descriptor
            continue
        with suppress(FileNotFoundError):
            _refuse(not stat.S_ISREG(os.stat(name, dir_fd=directory, follow_symlinks=False).st_mode))
            os.rename(name, half, src_dir_fd=directory, dst_dir_fd=directory)
            continue
        if not create:
            raise FileNotFoundError(errno.ENOENT, "No such file")
        with suppress(FileExistsError):
            os.close(os.open(half, _WRITE | os.O_CREAT | os.O_EXCL, SHARED_FILE, dir_fd=directory))
    raise InUse


def _is_locked(descriptor: int, half: str, directory: int) -> bool:
    """Lock a file; return whether it still has the name. Raises InUse; PermissionError where it is no ordinary file."""
    try:
        opened = os.fstat(descriptor)
        _refuse(not stat.S_ISREG(opened.st_mode) or opened.st_nlink > 1)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        named = os.stat(half, dir_fd=directory, follow_symlinks=False)
    except BlockingIOError:
        os.close(descriptor)
        raise InUse from None
    except FileNotFoundError:
        os.close(descriptor)
        return False
    except BaseException:
        os.close(descriptor)
        raise
    if named.st_ino == opened.st_ino:
        return True
    os.close(descriptor)
    return False


def _is_fit(name: str) -> bool:
    """Return whether a file may have this name; some programs begin that of a file that they are writing with a dot."""
    fits = 0 < len(name.encode(errors="replace")) <= _MOST_BYTES_OF_A_NAME
    return fits and name.isprintable() and "/" not in name and name not in (".", "..") and not is_half(name)


def _refuse(condition: bool) -> None:
    if condition:
        raise PermissionError(errno.EACCES, "Not allowed here")


def _opened(root: Path, institution: str, name: str) -> Iterator[Folder]:
    with open_folder(institution, name, within=root) as folder:
        if folder is not None:
            yield folder
