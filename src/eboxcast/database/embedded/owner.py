"""The user of the system the server runs as: ourselves, or for root a system user of its own."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eboxcast.database.embedded.errors import FolderNotTraversable, SystemUserMissing, UserWithoutName

SYSTEM_USER = "eboxcast"
_MAKE = ("useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent")
_NO_LOGIN = ("--shell", "/usr/sbin/nologin")
_FIRST_CLOSED = 'for folder; do test -x "$folder" || { printf %s "$folder"; exit 1; }; done'


@dataclass(frozen=True)
class Owner:
    """Who runs the server."""

    name: str
    uid: int
    gid: int

    @property
    def is_somebody_else(self) -> bool:
        return self.uid != os.geteuid()

    def process(self) -> dict[str, Any]:
        """Return how to start a process as this user: clean environment, a folder everybody can be in."""
        how: dict[str, Any] = {
            "cwd": "/",
            "env": {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            "umask": 0o077,
            "stdin": subprocess.DEVNULL,
        }
        if self.is_somebody_else:
            how |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return how

    def make_folder(self, folder: Path) -> None:
        """Make a folder only this user can enter. What exists is left as it is."""
        if folder.is_dir():
            return
        folder.mkdir(mode=0o700)
        if self.is_somebody_else:
            os.chown(folder, self.uid, self.gid)


def server_owner() -> Owner:
    """Return who the server runs as; as root, make the system user where it is missing.

    Raises SystemUserMissing, UserWithoutName.
    """
    if os.geteuid() != 0:
        return Owner(_own_name(), os.geteuid(), os.getegid())
    entry = _system_user() or _make_system_user()
    return Owner(entry.pw_name, entry.pw_uid, entry.pw_gid)


def refuse_closed_parents(owner: Owner, folder: Path) -> None:
    """Raise FolderNotTraversable where this user cannot reach the folder.

    It asks the system itself, which also knows of access lists.
    """
    if not owner.is_somebody_else:
        return
    parents = [str(parent) for parent in (*reversed(folder.parents), folder)]
    test = subprocess.run(
        ["/bin/sh", "-c", _FIRST_CLOSED, "sh", *parents],
        check=False,
        stdout=subprocess.PIPE,
        **owner.process(),
    )
    if test.returncode:
        raise FolderNotTraversable(user=owner.name, folder=os.fsdecode(test.stdout))


def _own_name() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise UserWithoutName(uid=os.geteuid()) from None


def _system_user() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        return None


def _make_system_user() -> pwd.struct_passwd:
    try:
        subprocess.run([*_MAKE, *_NO_LOGIN, SYSTEM_USER], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SystemUserMissing(user=SYSTEM_USER) from error
    entry = _system_user()
    if entry is None:
        raise SystemUserMissing(user=SYSTEM_USER)
    return entry
