"""Read a small file once, whole, and notice when it is no file, too big, or changes meanwhile."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Unread:
    """Why a file was not read: the last part of a fault's code, and its data."""

    why: str
    data: Mapping[str, str | int] = field(default_factory=dict)


def read_once(path: Path, *, most: int) -> bytes | Unread:
    """Return the bytes of a file, all from one reading; everything that is said of the file is said of these."""
    try:
        # Without O_NONBLOCK, opening a named pipe would wait for its writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        return Unread("unreadable", {"reason": reason_of(error)})
    try:
        return _read(descriptor, most)
    except OSError as error:
        return Unread("unreadable", {"reason": reason_of(error)})
    finally:
        os.close(descriptor)


def reason_of(error: OSError) -> str:
    """Return what the system says of a failure, without the path."""
    return error.strerror or type(error).__name__


def _read(descriptor: int, most: int) -> bytes | Unread:
    before = os.fstat(descriptor)
    if not stat.S_ISREG(before.st_mode):
        return Unread("unreadable", {"reason": "not an ordinary file"})
    if before.st_size == 0:
        return Unread("empty")
    if before.st_size > most:
        return Unread("too-big", {"size": before.st_size, "limit": most})
    content = _whole(descriptor, before.st_size + 1)
    after = os.fstat(descriptor)
    if len(content) != before.st_size or (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        return Unread("changed")
    return content


def _whole(descriptor: int, most: int) -> bytes:
    parts: list[bytes] = []
    while most > 0 and (part := os.read(descriptor, most)):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)
