"""A folder that others write into: everything goes through its descriptor, and no link is ever followed."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from eboxcast.lib.errors import Trouble, WrongUse
from eboxcast.lib.translation import N_


class DropFolderUnusable(Trouble):
    """A folder cannot be read or written."""

    code = "exchange.folder-unusable"
    sentence = N_("The drop folder {folder} cannot be used: {reason}.")
    remedy = N_(
        "Give the user of this program permission to read, write and search it, then run the same command again."
    )


class DropFolderNotSet(WrongUse):
    """There is no drop folder here."""

    code = "exchange.not-set"
    sentence = N_("No drop folder is configured.")
    remedy = N_("Set EBOXCAST_DROP_DIR to the folder that contains the drop folders of the institutions.")


def drop_folder() -> Path:
    """Return the folder that holds those of the institutions. Raises DropFolderNotSet."""
    root: Path | None = settings.EBOXCAST_DROP_DIR
    if root is None:
        raise DropFolderNotSet
    return root


_BLOCK = 1 << 20
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NOT_THERE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}
SHARED_FILE, SHARED_FOLDER = 0o660, 0o770
"""Less the umask: the pages, the SFTP server and the steward may run as users that have only a group in common."""
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class NotOrdinary(Exception):
    """A link, a folder, a special file, or one that has a second name."""


class Changed(Exception):
    """The file was written while it was read."""


@dataclass(frozen=True)
class Mark:
    """By which a file is known again: written to or replaced, it has another."""

    size: int
    written: int
    place: int

    @classmethod
    def of(cls, found: os.stat_result) -> Mark:
        return cls(found.st_size, found.st_mtime_ns, found.st_ino)


class Folder:
    """An open folder."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def names(self) -> list[str]:
        """Return the names of all that is in it, sorted."""
        with os.scandir(self._descriptor) as entries:
            return sorted(entry.name for entry in entries)

    def look(self, name: str) -> os.stat_result | None:
        """Return what stands there, a link as itself; none when nothing does."""
        try:
            return os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def mark(self, name: str) -> Mark | None:
        """Return by what an ordinary file is known again; none for anything else, which is left where it is."""
        found = self.look(name)
        return Mark.of(found) if found and stat.S_ISREG(found.st_mode) and found.st_nlink == 1 else None

    def is_ours(self) -> bool:
        """Return whether we may write into it and remove from it."""
        return os.access(".", os.R_OK | os.W_OK | os.X_OK, dir_fd=self._descriptor)

    def copy(self, name: str, to: Path) -> tuple[Mark, bytes]:
        """Copy an ordinary file and return by what it is known again, and its SHA-256.

        Raises NotOrdinary, Changed, OSError.
        """
        with self._reading(name) as source, to.open("xb") as target:
            before = Mark.of(os.fstat(source))
            digest = hashlib.sha256()
            for block in _blocks(source):
                digest.update(block)
                target.write(block)
            if Mark.of(os.fstat(source)) != before or target.tell() != before.size:
                raise Changed
        return before, digest.digest()

    def digest(self, name: str) -> tuple[Mark, bytes]:
        """Return by what a file is known again, and its SHA-256. Raises NotOrdinary, OSError."""
        with self._reading(name) as source:
            digest = hashlib.sha256()
            for block in _blocks(source):
                digest.update(block)
            return Mark.of(os.fstat(source)), digest.digest()

    def read(self, name: str, *, most: int) -> tuple[Mark, bytes]:
        """Return by what an ordinary file is known again, and its content: not much more than so many bytes of it.

        Raises NotOrdinary, Changed, OSError.
        """
        with self._reading(name) as source:
            before, content = Mark.of(os.fstat(source)), b""
            for block in _blocks(source):
                content += block
                if len(content) > most:
                    break
            if Mark.of(os.fstat(source)) != before:
                raise Changed
        return before, content

    def remove(self, name: str, mark: Mark) -> bool:
        """Remove a file that is still the one that was taken; return whether it is gone."""
        found = self.look(name)
        if found is None:
            return True
        if not stat.S_ISREG(found.st_mode) or Mark.of(found) != mark:
            return False
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self._descriptor)
        return True

    def unlink(self, name: str) -> None:
        """Remove a file by its name alone. Raises FileNotFoundError."""
        os.unlink(name, dir_fd=self._descriptor)

    def rename(self, name: str, to: str) -> None:
        """Give a file another name here, in the place of the one that has it."""
        os.rename(name, to, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)

    def duplicate(self) -> int:
        """Return a descriptor of the folder that stays open after it."""
        return os.dup(self._descriptor)

    def write(self, name: str, content: bytes) -> None:
        """Write a file that is there complete or not at all."""
        hidden = f".{name}.part"
        with suppress(FileNotFoundError):
            os.unlink(hidden, dir_fd=self._descriptor)
        with os.fdopen(os.open(hidden, _CREATE, SHARED_FILE, dir_fd=self._descriptor), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.rename(hidden, name, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)
        os.fsync(self._descriptor)

    @contextmanager
    def _reading(self, name: str) -> Iterator[int]:
        found = self.look(name)
        if found is None or not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
            raise NotOrdinary
        descriptor = os.open(name, _OPEN, dir_fd=self._descriptor)
        try:
            opened = os.fstat(descriptor)
            if not stat.S_ISREG(opened.st_mode) or opened.st_nlink != 1:
                raise NotOrdinary
            yield descriptor
        finally:
            os.close(descriptor)


@contextmanager
def open_folder(*steps: str, within: Path) -> Iterator[Folder | None]:
    """Open a folder below another, no step of the way a link; none when it is not there or no folder.

    Raises OSError where it may not be read.
    """
    descriptors = [os.open(within, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)]
    try:
        for step in steps:
            descriptors.append(os.open(step, _OPEN | os.O_DIRECTORY, dir_fd=descriptors[-1]))
    except OSError as error:
        _close(descriptors)
        if error.errno not in _NOT_THERE:
            raise
        descriptors = []
    try:
        yield Folder(descriptors[-1]) if descriptors else None
    finally:
        _close(descriptors)


def _close(descriptors: list[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def _blocks(descriptor: int) -> Iterator[bytes]:
    while block := os.read(descriptor, _BLOCK):
        yield block
