"""Where `login` keeps the token: a file of its owner's alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from eboxcast.cli.shell.acting_errors import TokenFileWide
from eboxcast.cli.shell.errors import OutputNotWritten
from eboxcast.cli.shell.private_files import write_private
from eboxcast.package.reading import reason_of

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def token_path() -> Path:
    """Return the place of the file; whether there is one is another question."""
    base = os.environ.get("XDG_CONFIG_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".config") / "eboxcast" / "token"


def read_token() -> str:
    """Return the token that is kept, or nothing. Raises TokenFileWide when others could have read it."""
    path = token_path()
    try:
        with path.open(encoding="ascii", errors="replace") as file:
            status = os.fstat(file.fileno())
            if status.st_mode & _OTHERS or status.st_uid != os.geteuid():
                raise TokenFileWide(path=path)
            return file.read().strip()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except PermissionError:
        raise TokenFileWide(path=path) from None


def keep_token(text: str) -> Path:
    """Keep a token in place of the one before, readable by its owner alone. Raises OutputNotWritten."""
    path = token_path()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OutputNotWritten(path=path, reason=reason_of(error)) from error
    write_private(path, [f"{text}\n".encode()], force=True)
    return path


def forget_token() -> bool:
    """Delete the token that is kept; return whether there was one."""
    path = token_path()
    existed = path.exists()
    path.unlink(missing_ok=True)
    return existed
