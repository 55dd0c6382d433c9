"""Files that name people: readable by their owner alone, complete or absent, never written over another by accident."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from eboxcast.cli.shell.errors import OutputExists, OutputNotWritten
from eboxcast.package.reading import reason_of


def refuse_existing(path: Path | None, *, force: bool) -> None:
    """Raise OutputExists early, before anything is asked of a database."""
    if path is not None and not force and path.exists():
        raise OutputExists(path=path)


def write_private(path: Path, content: Iterable[bytes], *, force: bool) -> None:
    """Write a file with mode 0600. Raises OutputExists, OutputNotWritten, with nothing left behind."""
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".eboxcast-")
    except OSError as error:
        raise OutputNotWritten(path=path, reason=reason_of(error)) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(content)
        _put(Path(name), path, force=force)
    except OSError as error:
        raise OutputNotWritten(path=path, reason=reason_of(error)) from error
    finally:
        Path(name).unlink(missing_ok=True)


def _put(written: Path, path: Path, *, force: bool) -> None:
    if force:
        written.replace(path)
        return
    try:
        path.hardlink_to(written)  # unlike a rename, it never takes the place of another file
    except FileExistsError:
        raise OutputExists(path=path) from None
    except OSError:  # a file system without hard links
        refuse_existing(path, force=False)
        written.replace(path)
