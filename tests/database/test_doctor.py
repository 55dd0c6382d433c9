"""What the checks find when something is not as it should be."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connections
from django.test import override_settings

from eboxcast.database import boot
from eboxcast.database.doctor import CHECKS, durability, roles, space, transport_of, variables
from eboxcast.database.embedded.roles import connect_for_setup
from eboxcast.database.findings import State, Surroundings, examine


@pytest.fixture
def setup(server: None) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection as superuser."""
    with connect_for_setup(boot.places()) as connection:
        yield connection


@pytest.mark.usefixtures("server")
def test_a_sound_installation_gives_nothing_to_do() -> None:
    found = examine(CHECKS)
    assert {finding.state for finding in found if finding.name != "space"} == {State.OK}
    assert not [finding for finding in found if finding.remedy and finding.state is State.OK]


def test_a_role_that_may_enter_another_database_is_found(setup: psycopg.Connection[tuple[object, ...]]) -> None:
    setup.execute("grant connect on database eboxcast_production to eboxcast_acceptance")
    try:
        found = {str(finding.data["name"]): finding for finding in examine([roles])}
    finally:
        setup.execute("revoke connect on database eboxcast_production from eboxcast_acceptance")
    assert [name for name, finding in found.items() if finding.state is State.ATTENTION] == ["acceptance"]
    assert found["acceptance"].data["others"] == "eboxcast_production"


def test_a_database_that_may_lose_what_it_confirmed_fails(setup: psycopg.Connection[tuple[object, ...]]) -> None:
    setup.execute("alter role eboxcast_control set synchronous_commit = off")
    try:
        failed = [finding for finding in examine([durability]) if finding.state is State.FAILED]
    finally:
        setup.execute("alter role eboxcast_control reset all")
    assert [finding.data for finding in failed] == [{"name": "control", "settings": "synchronous_commit"}]


@pytest.mark.parametrize(
    ("encrypted", "verified", "state"),
    [(False, False, State.ATTENTION), (True, False, State.ATTENTION), (True, True, State.OK)],
)
def test_a_connection_over_the_network_is_to_be_encrypted_and_verified(
    encrypted: bool, verified: bool, state: State
) -> None:
    finding = transport_of("default", encrypted=encrypted, verified=verified)
    assert finding.state is state
    assert ("verify-full" in finding.remedy) == (state is State.ATTENTION)


@override_settings(EBOXCAST_UNKNOWN_VARIABLES=["EBOXCAST_TYPO"])
def test_a_variable_nothing_reads_is_named() -> None:
    (finding,) = variables(Surroundings({}, {}))
    assert (finding.state, finding.data) == (State.ATTENTION, {"name": "EBOXCAST_TYPO"})


@pytest.mark.usefixtures("server")
def test_free_space_is_told_with_its_folder() -> None:
    (finding,) = space(Surroundings({}, {}))
    assert finding.data["folder"] == boot.places().root


@pytest.mark.usefixtures("server")
def test_an_examination_leaves_no_unchecked_connection_open() -> None:
    examine(CHECKS)
    assert all(connection.connection is None for connection in connections.all(initialized_only=True))
