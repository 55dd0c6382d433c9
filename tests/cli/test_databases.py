"""up, down, migrate and doctor, as an operator types them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from tests import guard
from tests.starter import Begun, run

from eboxcast.database import boot
from eboxcast.database.embedded.places import Places
from eboxcast.database.embedded.processes import postmaster
from eboxcast.database.embedded.roles import connect_for_setup
from eboxcast.database.embedded.server import take_down

BOOT = "from eboxcast.database import boot; boot.start()"
PROGRAM = Path(sys.executable).with_name("eboxcast")
Command = Callable[..., "subprocess.CompletedProcess[str]"]


class Fresh:
    """The command line on a machine where nothing was done yet."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.env = {**os.environ, "EBOXCAST_STATE_DIR": str(state), "EBOXCAST_LANGUAGE": "en"}

    def __call__(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return run(PROGRAM, *words, env=self.env | more)

    def begin(self, *words: str) -> subprocess.Popen[str]:
        return Begun([PROGRAM, *words], env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def python(self, script: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-c", script], env=self.env, capture_output=True, text=True)


@contextmanager
def fresh_state() -> Iterator[Fresh]:
    """A state folder that knows nothing yet but the copied programs, which are always the same."""
    state = Path(tempfile.mkdtemp(prefix="eboxcast-fresh-"))
    guard.watch(state)
    state.chmod(0o711)
    if boot.places().binaries.is_dir():
        (state / "binaries").symlink_to(boot.places().binaries)
    yield Fresh(state)
    take_down(Places(state), boot.to_stderr)
    shutil.rmtree(state)


@pytest.fixture
def fresh(server: None) -> Iterator[Fresh]:
    """A machine where nothing was done yet."""
    with fresh_state() as fresh:
        yield fresh


@pytest.fixture(scope="session")
def template(server: None) -> Iterator[Path]:
    """The data of an installation that is made and stopped: to copy from."""
    with fresh_state() as fresh:
        assert fresh.python(BOOT).returncode == 0
        assert take_down(Places(fresh.state), boot.to_stderr)
        yield Places(fresh.state).data


@pytest.fixture
def made(template: Path, fresh: Fresh) -> Fresh:
    """A machine with an installation, which is stopped."""
    subprocess.run(["cp", "-a", template, Places(fresh.state).data], check=True)
    return fresh


def test_the_first_migrate_records_what_never_changes_again(fresh: Fresh) -> None:
    assert fresh("migrate", "--check").returncode == 1
    assert fresh("migrate", EBOXCAST_BUCKET_PRIME="101").returncode == 0
    again = fresh("migrate", EBOXCAST_BUCKET_PRIME="103")
    assert (again.returncode, again.stdout.count("up to date")) == (0, 3)
    assert fresh("migrate", "--check").returncode == 0
    script = "from eboxcast.database import boot, environments; boot.start(); print(environments.bucket_prime(%r))"
    shown = [fresh.python(script % name).stdout for name in ("acceptance", "production")]
    assert shown == ["101\n", "101\n"]


def test_the_first_command_makes_everything_and_the_second_says_nothing(fresh: Fresh) -> None:
    first = fresh.python(BOOT)
    assert (first.returncode, first.stdout) == (0, "")
    assert [line.split()[0] for line in first.stderr.splitlines()] == ["Creating", "Creating"]
    second = fresh.python(BOOT)
    assert (second.returncode, second.stderr) == (0, "")


def test_a_first_migration_cut_short_is_completed_by_the_next_command(made: Fresh) -> None:
    made.python(BOOT)
    with connect_for_setup(Places(made.state), "eboxcast_production") as connection:
        connection.execute("delete from environment_mark")
        connection.execute("delete from django_migrations where app = 'database'")
        connection.execute("drop table environment_mark")
    assert made.python(BOOT).returncode == 0


def test_after_a_kill_the_next_command_recovers_by_itself(made: Fresh) -> None:
    made.python(BOOT)
    pid = postmaster(Places(made.state))
    assert pid is not None
    process = psutil.Process(pid)
    process.kill()
    process.wait(timeout=20)
    assert made.python(BOOT).returncode == 0


def test_older_tables_wait_for_their_operator(made: Fresh) -> None:
    made.python(BOOT)
    with connect_for_setup(Places(made.state), "eboxcast_control") as connection:
        connection.execute("delete from django_migrations where app = 'database'")
    refused = made.python(BOOT)
    assert refused.returncode == 1
    assert "database.not-migrated" in refused.stderr


def test_two_migrations_at_once_do_not_collide(fresh: Fresh) -> None:
    assert fresh("up", "--database").returncode == 0
    both = [fresh.begin("migrate") for _ in range(2)]
    said = [one.communicate() for one in both]
    assert [one.returncode for one in both] == [0, 0], said
    assert fresh("migrate", "--check").returncode == 0


def test_down_says_whether_there_was_something_to_stop(fresh: Fresh) -> None:
    assert fresh("down").stdout == "The database was not running.\n"
    fresh("up", "--database")
    assert fresh("down").stdout == "The database has stopped.\n"


def test_doctor_starts_nothing_and_says_how_to(fresh: Fresh) -> None:
    done = fresh("doctor")
    assert done.returncode == 0
    assert "`eboxcast up --database` starts it" in done.stdout
    assert fresh("down").stdout == "The database was not running.\n"


def test_doctor_finds_a_sound_installation_sound(eboxcast: Command) -> None:
    done = eboxcast("doctor", "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert found["ok"]
    assert {check["name"] for check in found["checks"]} >= {"versions", "answers", "marks", "roles", "clocks"}


def test_doctor_names_a_variable_nothing_reads(eboxcast: Command) -> None:
    done = eboxcast("doctor", env={"EBOXCAST_REPORTDAYS": "3"})
    assert done.returncode == 0
    assert "attention  The variable EBOXCAST_REPORTDAYS is set" in done.stdout


def test_doctor_fails_on_swapped_databases_and_still_looks_at_the_rest(eboxcast: Command) -> None:
    done = eboxcast("doctor", env=urls(acceptance="production", production="acceptance"))
    assert done.returncode == 1
    assert done.stdout.count("FAILED") == 2
    assert "The control database is the correct one" in done.stdout


@pytest.mark.parametrize("repair", [pytest.param([], marks=pytest.mark.faults), ["--repair"]])
def test_doctor_compares_no_stories_and_mends_nothing_in_swapped_databases(
    eboxcast: Command, repair: list[str]
) -> None:
    done = eboxcast("doctor", *repair, env=urls(acceptance="production", production="acceptance"))
    assert done.returncode == 1
    assert "agree" not in done.stdout
    assert "Traceback" not in done.stderr


def test_doctor_says_that_tables_are_missing_and_asks_them_nothing(fresh: Fresh) -> None:
    fresh("up", "--database")
    done = fresh("doctor")
    assert done.returncode == 1
    assert "migrations have not been applied" in done.stdout
    assert "Traceback" not in done.stderr


def test_doctor_fails_on_a_database_that_does_not_answer_and_shows_no_password(eboxcast: Command) -> None:
    gone = "postgresql://someone:geheim@localhost:1/gone"
    done = eboxcast("doctor", env=urls() | {"EBOXCAST_PRODUCTION_URL": gone})
    assert done.returncode == 1
    assert "The production database does not respond" in done.stdout
    assert "geheim" not in done.stdout + done.stderr


@pytest.mark.parametrize("command", ["up --database", "down"])
def test_a_server_of_ones_own_is_not_ours_to_start_or_stop(eboxcast: Command, command: str) -> None:
    done = eboxcast(*command.split(), env=urls())
    assert done.returncode == 2
    assert "EBOXCAST_DATABASE_URL is set" in done.stderr


@pytest.mark.parametrize("variable", ["EBOXCAST_DATABASE_URL", "EBOXCAST_BUCKET_PRIME", "EBOXCAST_PROCEDURE"])
def test_a_setting_that_makes_no_sense_is_named(eboxcast: Command, variable: str) -> None:
    done = eboxcast("doctor", env={variable: "9"})
    assert done.returncode == 2
    assert variable in done.stderr
    assert "Traceback" not in done.stderr


def urls(**others: str) -> dict[str, str]:
    """The shared server as a server of one's own; an environment may be given the address of another."""
    names = {"acceptance": "acceptance", "production": "production", **others}
    found = {f"EBOXCAST_{alias.upper()}_URL": url(name) for alias, name in names.items()}
    return {"EBOXCAST_DATABASE_URL": url("control"), **found}


def url(name: str) -> str:
    return f"postgresql:///eboxcast_{name}?host={boot.places().socket}&user=eboxcast_{name}"


def own(state: Path, *, owner: bool) -> dict[str, str]:
    """An embedded server as a server of one's own, with or without the role that owns control."""
    base = f"postgresql:///eboxcast_{{}}?host={Places(state).socket}&user={{}}"
    names = {"DATABASE": "control", "ACCEPTANCE": "acceptance", "PRODUCTION": "production"}
    found = {f"EBOXCAST_{alias}_URL": base.format(name, f"eboxcast_{name}") for alias, name in names.items()}
    if owner:
        as_owner = base.format("control", "eboxcast_setup") + "&options=-c%20role%3Deboxcast_control_owner"
        found["EBOXCAST_OWNER_URL"] = as_owner
    return found


def test_on_a_server_of_ones_own_only_the_owner_makes_tables(fresh: Fresh) -> None:
    fresh("up", "--database")
    refused = fresh("migrate", **own(fresh.state, owner=False))
    assert refused.returncode == 4
    assert "EBOXCAST_OWNER_URL" in refused.stderr
    done = fresh("migrate", **own(fresh.state, owner=True))
    assert done.returncode == 0, done.stderr
    anchor = fresh("audit", "anchor", **own(fresh.state, owner=False))
    assert anchor.returncode == 4
    assert "Nothing has been recorded yet" in anchor.stderr
    told = fresh("doctor", **own(fresh.state, owner=False)).stdout
    assert "The working role can only read the audit and add to it." in told


@pytest.mark.faults
def test_migrate_parts_the_roles_of_an_older_installation(made: Fresh) -> None:
    """There the role that works owned everything."""
    made.python(BOOT)
    with connect_for_setup(Places(made.state), "eboxcast_control") as setup:
        setup.execute("reassign owned by eboxcast_control_owner to eboxcast_control")
        setup.execute("drop owned by eboxcast_control_owner")
        setup.execute("drop role eboxcast_control_owner")
    assert "owns the audit" in made("doctor").stdout
    assert made("migrate").returncode == 0
    assert "can only read the audit and add to it" in made("doctor").stdout


OLD_ENTRIES = """
from django.core.management import call_command
from django.db import connection
from eboxcast.database import boot, migrating, ownership
from eboxcast.database.marks import unchecked
boot.reach_server()
with unchecked(), ownership.as_owner():
    call_command("migrate", "audit", "0003", database="default", verbosity=0)
    with connection.cursor() as cursor:
        for at in ("2024-12-31 23:30+00", "2026-06-01 12:00+00"):
            cursor.execute(
                "insert into audit_entry (at, by, action, environment, data) values (%s, 'ines', 'a.b', '', '{}')", [at]
            )
migrating.migrate_all()
boot.start()
from eboxcast.audit.actions import record
from eboxcast.audit.models import Entry
record("a.new", by="olga")
entries = Entry.objects.order_by("id").values_list("id", "segment", "action")
print([entry for entry in entries][:2], [entry[0] for entry in entries])
"""


@pytest.mark.faults
def test_entries_of_an_older_version_find_their_year(fresh: Fresh) -> None:
    """The first was made when it was 2025 already in Brussels; new ones are numbered after them."""
    done = fresh.python(OLD_ENTRIES)
    assert done.stdout == "[(1, 2025, 'a.b'), (2, 2026, 'a.b')] [1, 2, 3]\n", done.stderr
    verified = fresh("audit", "verify")
    assert verified.returncode == 0
    assert "Not sealed yet: 3 entries." in verified.stdout
