"""Start and stop the embedded server. It outlives the process that started it; ``down`` ends it."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import threading
from pathlib import Path

from psycopg.pq import PGconn, Ping

from eboxcast.database.embedded.binaries import MAJOR, Binaries, binaries_for
from eboxcast.database.embedded.configuration import SETUP_ROLE, write_configuration
from eboxcast.database.embedded.errors import (
    DataInUse,
    DataOfOtherVersion,
    ServerWouldNotStart,
    ServerWouldNotStop,
    StateDiskFull,
    StateOfAnotherUser,
)
from eboxcast.database.embedded.owner import Owner, refuse_closed_parents, server_owner
from eboxcast.database.embedded.places import (
    PORT,
    Places,
    Tell,
    locked,
    name_of_user,
    owner_of,
    refuse_long_socket_path,
    writing,
)
from eboxcast.database.embedded.processes import end_orphans, forget_stale_postmaster, listens_elsewhere, postmaster
from eboxcast.database.embedded.roles import create_databases
from eboxcast.lib.translation import N_

_STARTING = N_("The database is starting: {seconds} s so far.")
_RECOVERING = N_("The database is recovering from an interruption. Nothing is lost: {seconds} s so far.")
_ENDING = N_("Waiting for {count} processes of the interrupted database to end: {seconds} s so far.")
_CREATING = N_("Creating the embedded database in {folder}.")

_BEAT = 0.1
_QUIET_SECONDS = 2
_TOLD_EVERY = 5
_STOP_SECONDS = 600
# pg_ctl counts tenths of a second in 32 bits: this is six years, the nearest to no limit it knows.
_NO_LIMIT = 200_000_000
_SILENT_SECONDS = 20


def answers(places: Places) -> bool:
    """Return whether the server accepts connections."""
    return _ping(places) == Ping.OK


def bring_up(places: Places, tell: Tell) -> None:
    """Have the server run, with its databases and roles. Several processes may do so at once: one starts it.

    Raises StateOfAnotherUser, StateDiskFull, DataInUse, DataOfOtherVersion, ServerWouldNotStart.
    """
    refuse_long_socket_path(places)
    with locked(places, tell):
        if not answers(places):
            _settle(places, tell)
        if not answers(places):
            _start(places, tell)
        create_databases(places)


def take_down(places: Places, tell: Tell) -> bool:
    """Stop the server, and return whether there was one to stop. Raises ServerWouldNotStop."""
    if not places.root.is_dir():
        return False
    with locked(places, tell):
        pid = postmaster(places)
        if pid is None:
            return False
        owner = server_owner()
        pg_ctl = binaries_for(owner, places).program("pg_ctl")
        command = [pg_ctl, "stop", "-D", str(places.data), "-m", "fast", "-w", "-t", str(_STOP_SECONDS), "-s"]
        done = subprocess.run(command, check=False, capture_output=True, start_new_session=True, **owner.process())
        if done.returncode and postmaster(places):
            raise ServerWouldNotStop(pid=pid, seconds=_STOP_SECONDS, log=places.log)
        return True


def _ping(places: Places) -> Ping:
    conninfo = f"host='{_escaped(places.socket)}' port={PORT} dbname=postgres user={SETUP_ROLE} connect_timeout=10"
    return Ping(PGconn.ping(conninfo.encode()))


def _escaped(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace("'", "\\'")


def _settle(places: Places, tell: Tell) -> None:
    """Wait while a server is coming up or going down; a kill may have hit who waited for it before."""
    progress = _Progress(tell)
    silent_for = 0.0
    while postmaster(places) is not None and (state := _ping(places)) != Ping.OK:
        silent_for = 0.0 if state == Ping.REJECT else silent_for + _BEAT
        if silent_for > _SILENT_SECONDS or listens_elsewhere(places):
            raise DataInUse(pid=postmaster(places), folder=places.data)
        progress.beat(_RECOVERING if _is_recovering(places) else _STARTING)


def _start(places: Places, tell: Tell) -> None:
    owner = server_owner()
    with writing(places.root):
        refuse_closed_parents(owner, places.root)
        binaries = binaries_for(owner, places)
        if not places.data.exists():
            tell(_CREATING, {"folder": places.root})
            _create(places, owner, binaries)
        _refuse_foreign_data(places, owner)
        for folder in (places.socket, places.log):
            owner.make_folder(folder)
        configuration = write_configuration(places)
    forget_stale_postmaster(places)
    _wait_for_orphans(places, tell)
    _launch(places, owner, binaries.program("pg_ctl"), configuration, tell)


def _create(places: Places, owner: Owner, binaries: Binaries) -> None:
    """Run initdb beside the final place, then rename: data made by halves is never mistaken for whole."""
    half = places.data.with_name("data.half")
    shutil.rmtree(half, ignore_errors=True)
    owner.make_folder(half)
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    safety = ["--auth=peer", "--data-checksums", "--no-instructions"]
    command = [binaries.program("initdb"), "-D", str(half), "-U", SETUP_ROLE, *locale, *safety]
    done = subprocess.run(command, check=False, capture_output=True, **owner.process())
    if done.returncode:
        _refuse(places, done.stderr.decode(errors="replace"))
    half.rename(places.data)


def _refuse_foreign_data(places: Places, owner: Owner) -> None:
    holder = owner_of(places.data)
    if holder is not None and holder != owner.uid:
        raise StateOfAnotherUser(folder=places.data, owner=name_of_user(holder))
    found = (places.data / "PG_VERSION").read_text(encoding="ascii").strip()
    if found != MAJOR:
        raise DataOfOtherVersion(folder=places.data, found=found, brought=MAJOR)


def _wait_for_orphans(places: Places, tell: Tell) -> None:
    progress = _Progress(tell)
    while count := end_orphans(places):
        progress.beat(_ENDING, count=count)


def _launch(places: Places, owner: Owner, pg_ctl: str, configuration: Path, tell: Tell) -> None:
    places.first_log.unlink(missing_ok=True)
    options = shlex.join(["-c", f"config_file={configuration}"])
    command = [pg_ctl, "start", "-D", str(places.data), "-l", str(places.first_log), "-o", options]
    starter = subprocess.Popen(
        [*command, "-w", "-t", str(_NO_LIMIT), "-s"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C at the terminal is meant for us, not for the server
        **owner.process(),
    )
    progress = _Progress(tell)
    while starter.poll() is None:
        progress.beat(_RECOVERING if _is_recovering(places) else _STARTING)
    if starter.returncode:
        _refuse(places, _tail(places.first_log))


def _refuse(places: Places, said: str) -> None:
    if "No space left on device" in said or "Disk quota exceeded" in said:
        raise StateDiskFull(folder=places.root)
    lines = [line for line in said.splitlines() if "FATAL" in line or "error" in line] or said.splitlines()
    raise ServerWouldNotStart(reason=lines[-1] if lines else "-", log=places.log)


def _is_recovering(places: Places) -> bool:
    logs = sorted(places.log.glob("postgresql-*.log"), key=os.path.getmtime)
    return bool(logs) and "redo " in _tail(logs[-1])


def _tail(file: Path) -> str:
    try:
        return "\n".join(file.read_text(encoding="utf-8", errors="replace").splitlines()[-5:])
    except OSError:
        return ""


class _Progress:
    """Waits one beat at a time, and says now and then how long it has been."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._beats = 0
        self._pause = threading.Event()

    def beat(self, sentence: str, **data: object) -> None:
        self._pause.wait(_BEAT)
        self._beats += 1
        seconds, fraction = divmod(self._beats, round(1 / _BEAT))
        if not fraction and seconds % _TOLD_EVERY == _QUIET_SECONDS:
            self._tell(sentence, {"seconds": seconds, **data})
