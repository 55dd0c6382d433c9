"""Bringing databases up to date, from nothing and side by side."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connections

from eboxcast.database.errors import CitusMissing
from eboxcast.database.migrating import distribute_environment, migrate_all, pending


@pytest.mark.usefixtures("server")
def test_the_migrations_make_what_the_models_say() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=1)


@pytest.mark.usefixtures("server")
def test_up_to_date_is_left_alone() -> None:
    assert [one.count for one in migrate_all()] == [0, 0, 0]
    assert [one.count for one in pending()] == [0, 0, 0]


@pytest.mark.one_server
@pytest.mark.usefixtures("server")
def test_without_citus_nothing_is_distributed() -> None:
    with pytest.raises(CitusMissing):
        distribute_environment("production")


@pytest.mark.usefixtures("server")
def test_no_unchecked_connection_stays_open() -> None:
    pending()
    assert all(connection.connection is None for connection in connections.all(initialized_only=True))
