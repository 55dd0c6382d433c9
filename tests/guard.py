"""Sees to it that tests leave nothing behind, however they end: run as a program beside them, it outlives a SIGKILL.

`watch` tells it of folders with servers and of networks. When the tests have ended, whatever still is there is ended
and removed: the processes that work for these folders, their servers, what is mounted there, and the folders.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil

_started: list[subprocess.Popen[str]] = []
_PATIENCE = 20


def watch(what: Path | str) -> None:
    """Have a folder (a path) or a network namespace (a name) removed in the end, should nobody else do it."""
    if not _started:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("EBOXCAST_")}
        words = [sys.executable, __file__]
        # A session of its own: Ctrl-C at the terminal is meant for the tests.
        _started.append(subprocess.Popen(words, stdin=subprocess.PIPE, text=True, env=ours, start_new_session=True))
    pipe = _started[0].stdin
    assert pipe is not None
    pipe.write(f"{what}\n")
    pipe.flush()


def end() -> None:
    """Let it remove what is left, and wait for it."""
    for process in _started:
        process.communicate()
    _started.clear()


def _main() -> None:
    watched = sys.stdin.read().splitlines()  # until the tests have ended
    folders = [Path(line) for line in watched if line.startswith("/")]
    _end_all([found for folder in folders for found in (*working_for(folder), *_server_of(folder))])
    for folder in filter(Path.is_dir, folders):
        subprocess.run(["umount", str(folder)], stderr=subprocess.DEVNULL, check=False)
        shutil.rmtree(folder, ignore_errors=True)
    for network in (line for line in watched if not line.startswith("/") and shutil.which("ip")):
        subprocess.run(["ip", "netns", "del", network], stderr=subprocess.DEVNULL, check=False)


def working_for(folder: Path) -> list[psutil.Process]:
    """Return commands, workers and providers: whatever was started with this state folder."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("EBOXCAST_STATE_DIR") == str(folder) and process.name() != "postgres":
                found.append(process)
    return found


def _server_of(folder: Path) -> list[psutil.Process]:
    with suppress(OSError, ValueError, psutil.Error):
        server = psutil.Process(int((folder / "data" / "postmaster.pid").read_text().split("\n")[0]))
        return [server] if server.name() == "postgres" else []
    return []


def _end_all(processes: list[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.Error):
            # To a server this says: at once. Its own processes would outlive a SIGKILL.
            process.send_signal(signal.SIGQUIT if process.name() == "postgres" else signal.SIGKILL)
    psutil.wait_procs(processes, timeout=_PATIENCE)


if __name__ == "__main__":
    _main()
