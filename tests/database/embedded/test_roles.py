"""Who may reach what on the embedded server."""

from __future__ import annotations

import itertools
import subprocess

import psycopg
import pytest

from eboxcast.database import boot
from eboxcast.database.embedded.binaries import binaries_for
from eboxcast.database.embedded.owner import server_owner

NAMES = ("control", "acceptance", "production")


def connect(role: str, database: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(host=str(boot.places().socket), user=f"eboxcast_{role}", dbname=database)


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(("role", "other"), list(itertools.permutations(NAMES, 2)))
def test_no_role_can_enter_the_database_of_another(role: str, other: str) -> None:
    with pytest.raises(psycopg.OperationalError):
        connect(role, f"eboxcast_{other}")


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("role", NAMES)
def test_no_role_can_enter_what_the_server_made_for_itself(role: str) -> None:
    with pytest.raises(psycopg.OperationalError):
        connect(role, "postgres")


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("role", NAMES)
def test_no_role_has_powers_over_the_server(role: str) -> None:
    with connect(role, f"eboxcast_{role}") as connection:
        powers = "select rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls from pg_roles"
        rows = connection.execute(f"{powers} where rolname = current_user".encode()).fetchall()
    assert [has_powers for (has_powers,) in rows] == [False]


@pytest.mark.root
@pytest.mark.usefixtures("server")
def test_another_user_of_the_system_cannot_come_near_the_socket() -> None:
    entering = ["/bin/sh", "-c", 'cd "$1"', "sh", str(boot.places().socket)]
    tried = subprocess.run(entering, user="nobody", group="nogroup", cwd="/", capture_output=True)
    assert tried.returncode != 0


@pytest.mark.root
@pytest.mark.usefixtures("server")
def test_the_user_the_server_runs_as_cannot_log_in_to_it() -> None:
    """It can come near the socket, but a peer must be in the map of users, and it is not."""
    psql = binaries_for(server_owner(), boot.places()).program("psql")
    words = ["-h", str(boot.places().socket), "-U", "eboxcast_setup", "-d", "postgres", "-c", "select 1"]
    tried = subprocess.run([psql, *words], capture_output=True, text=True, **server_owner().process())
    assert 'Peer authentication failed for user "eboxcast_setup"' in tried.stderr
