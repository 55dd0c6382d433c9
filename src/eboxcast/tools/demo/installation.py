"""The installation of the demo: a folder of its own below the state folder, made anew for each demo."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eboxcast.database import boot
from eboxcast.database.embedded.places import Places, locked, writing
from eboxcast.lib.errors import NotAllowedNow
from eboxcast.lib.translation import N_
from eboxcast.tools.subprocesses import command


class DemoRunning(NotAllowedNow):
    """Two demos at once would play on the same installation."""

    code = "demo.running"
    sentence = N_("Another demo is running in {folder}.")
    remedy = N_("Wait until it has finished.")


class DemoFolderInTheWay(NotAllowedNow):
    """Each demo begins anew, and removes only what a demo made."""

    code = "demo.folder-in-the-way"
    sentence = N_("The demo would use the folder {folder}, but that folder was not created by a demo.")
    remedy = N_("Move that folder, or set EBOXCAST_STATE_DIR to another folder for the demo.")


_FOLDER = "demo-installation"
_MARK = "made-by-eboxcast-demo"
_KEPT = {"EBOXCAST_LANGUAGE", "EBOXCAST_PAGES_LISTEN", "EBOXCAST_PAGES_URL"}


@contextmanager
def fresh_installation() -> Iterator[Path]:
    """Hold an empty state folder for this demo; what the demo before left is removed.

    The server of a demo that does not come to its end is stopped. Raises DemoRunning, DemoFolderInTheWay.
    """
    with locked(boot.places(), boot.to_stderr):
        pass  # it makes the state folder, as only those may look into it who should
    folder = boot.places().root / _FOLDER
    with _held(folder):
        _remove_the_last(folder)
        _make(folder)
        try:
            yield folder
        except BaseException:
            _take_down(folder)
            raise


def variables(folder: Path) -> dict[str, str]:
    """Return the environment of the demo's commands: what is set here changes language and address, not the story."""
    kept = {name: value for name, value in os.environ.items() if not _is_setting(name)}
    of_demo = {"EBOXCAST_INSTALLATION": "demo", "EBOXCAST_PROCEDURE": "on"}
    return {**kept, **of_demo, "EBOXCAST_STATE_DIR": str(folder)}


def _is_setting(name: str) -> bool:
    return name.startswith("EBOXCAST_") and name not in _KEPT


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    handle = os.open(folder.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise DemoRunning(folder=folder) from None
    finally:
        os.close(handle)


def _remove_the_last(folder: Path) -> None:
    if not folder.exists():
        return
    if not (folder / _MARK).is_file():
        raise DemoFolderInTheWay(folder=folder)
    _take_down(folder)
    with writing(folder):
        shutil.rmtree(folder)


def _make(folder: Path) -> None:
    with writing(folder.parent):
        folder.mkdir()
        folder.chmod(Places(folder.parent).root.stat().st_mode & 0o777)
        (folder / _MARK).touch()


def _take_down(folder: Path) -> None:
    subprocess.run(command("down"), env=variables(folder), capture_output=True, check=False)
