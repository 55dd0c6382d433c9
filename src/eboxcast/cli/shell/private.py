"""What others may not see: files that name people, the token that `login` keeps, a number on standard input."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from eboxcast.lib import clock
from eboxcast.lib.errors import NotAllowedNow, Trouble, WrongUse
from eboxcast.lib.translation import N_
from eboxcast.package.reading import reason_of


class OutputNotWritten(Trouble):
    """The output could not be written."""

    code = "output.not-written"
    sentence = N_("{path} could not be written: {reason}.")
    remedy = N_("Choose a location where you can write and that has enough space, then run the command again.")


class OutputExists(WrongUse):
    """A file of that name is there already."""

    code = "output.exists"
    sentence = N_("{path} already exists and was not overwritten.")
    remedy = N_("Choose another name, or add: --force")


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


class TokenFileWide(NotAllowedNow):
    """Others could read the token and act as its owner."""

    code = "token.file-wide"
    sentence = N_("Other users can read {path}, so its token was not used.")
    remedy = N_("Have the token revoked, delete the file, and save a new token: eboxcast login")


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


class IdentifierUnreadable(WrongUse):
    """What came on standard input is no identifier. It is not repeated in the message."""

    code = "ebox.identifier-unreadable"
    sentence = N_("Standard input does not contain a valid national number or enterprise number.")
    remedy = N_(
        "Give exactly one number, on standard input, so that it does not appear in the list of processes "
        "or in the shell history."
    )


_LONGEST = 200
"""More than this on standard input is no identifier."""


def key_given() -> int:
    """Return the recipient key of the number on standard input; never shown again. Raises IdentifierUnreadable."""
    from eboxcast.lib.identifiers import read_either  # for whoever asks about somebody

    key = read_either(sys.stdin.read(_LONGEST), today=clock.today())
    if key is None:
        raise IdentifierUnreadable
    return key
