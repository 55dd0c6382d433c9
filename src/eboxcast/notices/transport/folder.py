"""Mails as files, where no mail server is set: for trying, and for who carries them on by other means."""

from __future__ import annotations

import os
import tempfile
from email.message import EmailMessage
from pathlib import Path

from eboxcast.notices.transport.ways import NobodyAnswers


class Folder:
    """A folder of ours alone, with one ``.eml`` for each mail: complete, or not there."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def send(self, message: EmailMessage, *, address: str, number: int) -> None:
        """Write the mail; the same number twice is one file."""
        try:
            self._place.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=self._place, prefix=".mail-")
        except OSError as error:
            raise NobodyAnswers(_said(error)) from error
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(message.as_bytes())
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._place / f"{number:08}.eml")
        except OSError as error:
            raise NobodyAnswers(_said(error)) from error
        finally:
            Path(name).unlink(missing_ok=True)

    def close(self) -> None:
        """Nothing is open."""


def _said(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else type(error).__name__
