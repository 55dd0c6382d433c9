"""A small disk that tests may fill."""

from __future__ import annotations

import os
from pathlib import Path

LEFT_BYTES = 64 * 1024


class Balloon:
    """A file that takes the room on a disk."""

    def __init__(self, disk: Path) -> None:
        self.file = disk / "balloon"

    def inflate(self, *, left: int = LEFT_BYTES) -> None:
        """Take all the room but a little."""
        disk = os.statvfs(self.file.parent)
        room = disk.f_bavail * disk.f_frsize - left
        with self.file.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, room)

    def burst(self) -> None:
        """Give the room back."""
        self.file.unlink()
