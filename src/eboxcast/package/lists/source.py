"""The bytes of a list: read once, never mapped (a mapped file that is cut short kills the process)."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from eboxcast.package.errors import ListRefused

MOST_BYTES = 128 << 20
"""A list of 300,000 rows stays below it with 400 bytes per row; bigger files are only counted."""
PADDING = 64
"""Zero bytes behind the content, so that a column of it can be loaded by words without looking at its end."""
BLOCK = 1 << 16

# SHA-256 lets other threads run, so it costs no time beside the reading of the rows.
_DIGESTING = ThreadPoolExecutor(max_workers=2, thread_name_prefix="digest")


@dataclass(frozen=True, kw_only=True)
class Source:
    """All bytes of a file, padded, and their digest, which another thread may still be computing."""

    raw: bytearray
    size: int
    digest: Future[bytes]


@contextmanager
def opened(path: Path) -> Iterator[FileIO]:
    """Open a list. Raises ListRefused with the system's reason."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ListRefused("list.unreadable", file=path.name, reason="not a regular file")
        with path.open("rb", buffering=0) as file:
            yield file
    except OSError as error:
        raise ListRefused("list.unreadable", file=path.name, reason=error.strerror or "unknown") from error


def read_whole(file: FileIO, path: Path) -> Source:
    """Read a file that fits in memory. Raises ListRefused, also when it changes or vanishes meanwhile."""
    before = os.fstat(file.fileno())
    raw = bytearray(before.st_size + PADDING)
    size = _fill(file, memoryview(raw)[: before.st_size])
    if size != before.st_size or file.read(1) or not _is_still(path, os.fstat(file.fileno()), before):
        raise ListRefused("list.changed", file=path.name)
    return Source(raw=raw, size=size, digest=_DIGESTING.submit(_sha_256, memoryview(raw)[:size]))


def blocks_of(file: FileIO) -> Iterator[bytes]:
    """Yield the bytes of a file of any size."""
    while block := file.read(BLOCK):
        yield block


def version_of(status: os.stat_result) -> tuple[int, int, int, int]:
    """Return what changes when a file is written to or replaced."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _fill(file: FileIO, view: memoryview) -> int:
    size = 0
    while size < len(view) and (count := file.readinto(view[size:])):
        size += count
    return size


def _is_still(path: Path, after: os.stat_result, before: os.stat_result) -> bool:
    try:
        now = path.stat()
    except FileNotFoundError:
        return False
    return version_of(after) == version_of(before) == version_of(now)


def _sha_256(view: memoryview) -> bytes:
    return hashlib.sha256(view).digest()
