"""Which PostgreSQL processes work on a data folder: read from the system, as a kill -9 leaves no word behind."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

from eboxcast.database.embedded.owner import Owner
from eboxcast.database.embedded.places import Places

_PROC = Path("/proc")
_SOCKET_LINE = 4


def postmaster(places: Places) -> int | None:
    """Return the process that serves the data folder, if one is alive."""
    pid = _recorded(places)
    if pid is None or not is_alive(pid):
        return None
    return pid if not _PROC.is_dir() or _works_on(pid, places.data) else None


def listens_elsewhere(places: Places) -> bool:
    """Return whether the server was started by somebody else: its socket is not where ours is."""
    lines = _pid_file(places)
    folder = lines[_SOCKET_LINE] if len(lines) > _SOCKET_LINE else ""
    return folder not in ("", str(places.socket))


def forget_stale_postmaster(places: Places) -> None:
    """Remove a pid file whose number now belongs to another program, as after a restart of a container.

    PostgreSQL itself passes over numbers that are not alive. Its shared memory still guards the data.
    """
    pid = _recorded(places)
    if pid is not None and is_alive(pid) and postmaster(places) is None:
        (places.data / "postmaster.pid").unlink()


def orphans(places: Places) -> list[int]:
    """Return processes left over from a killed postmaster; a new one cannot start beside them."""
    return [int(entry.name) for entry in _PROC.glob("[0-9]*") if _works_on(int(entry.name), places.data)]


def end_orphans(places: Places) -> int:
    """Ask the left-over processes to end, and return how many there are."""
    found = orphans(places)
    for pid in found:
        try:
            os.kill(pid, signal.SIGTERM)
        except ProcessLookupError:
            continue
    return len(found)


def is_alive(pid: int) -> bool:
    """Say whether there is a process of that number, whoever's it is."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _recorded(places: Places) -> int | None:
    first = _pid_file(places)[0]
    return int(first) if first.isascii() and first.isdigit() else None


def _pid_file(places: Places) -> list[str]:
    try:
        return (places.data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return [""]


def _works_on(pid: int, data: Path) -> bool:
    """Each process of a server has the data folder as its working folder; its program is called postgres."""
    try:
        program = (_PROC / str(pid) / "comm").read_text(encoding="utf-8", errors="replace").strip()
        return program == "postgres" and (_PROC / str(pid) / "cwd").readlink() == data.resolve()
    except PermissionError:
        return _works_on_as_seen_by_its_user(pid, data)
    except OSError:
        return False


def _works_on_as_seen_by_its_user(pid: int, data: Path) -> bool:
    """Ask as the server's own user: in most containers root may not look into processes of others."""
    try:
        holder = data.stat()
    except OSError:
        return False
    same = ["/bin/sh", "-c", 'test "/proc/$1/cwd" -ef "$2"', "sh", str(pid), str(data)]
    owner = Owner("", holder.st_uid, holder.st_gid)
    return owner.is_somebody_else and subprocess.run(same, check=False, **owner.process()).returncode == 0
