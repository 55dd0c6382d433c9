"""An installation of the bench's own: an embedded server in a temporary folder, gone when the bench ends."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections

from eboxcast.database import boot
from eboxcast.database.embedded.server import take_down

_KEPT = "EBOXCAST_LANGUAGE"
_SECRET_BYTES = 48
"""For the pages that are measured: the bench makes their sessions itself."""


@contextmanager
def own_installation() -> Iterator[Path]:
    """Start everything anew, whatever this machine has otherwise, and yield a folder for files.

    To be entered before anything has read the settings: it decides what they are.
    """
    folder = Path(tempfile.mkdtemp(prefix="eboxcast-bench-"))
    folder.chmod(0o711)  # as root the system user of the server must pass through
    for name in [name for name in os.environ if name.startswith("EBOXCAST_") and name != _KEPT]:
        del os.environ[name]
    os.environ |= {
        "EBOXCAST_STATE_DIR": str(folder / "state"),
        "EBOXCAST_PROCEDURE": "off",
        "EBOXCAST_LOG_LEVEL": "error",
        "EBOXCAST_SECRET_KEY": secrets.token_urlsafe(_SECRET_BYTES),
    }
    try:
        boot.start()
        yield folder
    finally:
        connections.close_all()
        take_down(boot.places(), boot.to_stderr)
        shutil.rmtree(folder, ignore_errors=True)
