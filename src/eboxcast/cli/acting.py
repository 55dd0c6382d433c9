"""Who is at the keyboard."""

from __future__ import annotations

import getpass
import socket


def acting() -> str:
    """Return who runs this command, as the audit names them."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = "unknown"
    return f"{user}@{socket.gethostname()}"
