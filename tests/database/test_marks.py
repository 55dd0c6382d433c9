"""A connection that leads to the wrong database, or to other tables, is closed again at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import override_settings
from psycopg import sql

from eboxcast.database import boot
from eboxcast.database.embedded.roles import connect_for_setup
from eboxcast.database.errors import MigratedFurther, NotMigrated, ProcedureDiffers, WrongDatabase
from eboxcast.database.names import ALIASES, shown
from eboxcast.lib.telling import remedy_in


@contextmanager
def misled(alias: str, to: str) -> Iterator[BaseDatabaseWrapper]:
    """The connection of one database with the address of another, as a wrong URL would make it."""
    connection = connections.create_connection(alias)
    address = connections.settings[to]
    connection.settings_dict = {**connection.settings_dict, "NAME": address["NAME"], "USER": address["USER"]}
    yield connection
    connection.close()


@contextmanager
def fresh(alias: str) -> Iterator[BaseDatabaseWrapper]:
    """A new connection to a database."""
    with misled(alias, alias) as connection:
        yield connection


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(("meant", "found"), [(one, two) for one in ALIASES for two in ALIASES if one != two])
def test_a_connection_to_another_database_is_refused_and_closed(meant: str, found: str) -> None:
    with misled(meant, found) as connection:
        for _ in range(2):
            with pytest.raises(WrongDatabase) as refused:
                connection.ensure_connection()
            assert (refused.value.data["meant"], refused.value.data["found"]) == (shown(meant), shown(found))
        assert connection.connection is None


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("alias", ALIASES)
def test_tables_older_than_the_program_are_refused_with_the_command_to_run(alias: str) -> None:
    with changed(alias, "delete from django_migrations where name = '0001_one_row_tables'"), fresh(alias) as connection:
        with pytest.raises(NotMigrated) as refused:
            connection.ensure_connection()
        assert refused.value.data == {"name": shown(alias), "count": 1}
        assert "eboxcast migrate" in remedy_in(refused.value, "en")


@pytest.mark.usefixtures("server")
def test_tables_newer_than_the_program_are_refused() -> None:
    newer = "insert into django_migrations (app, name, applied) values ('audit', '9999_later', now())"
    with changed("default", newer), fresh("default") as connection, pytest.raises(MigratedFurther):
        connection.ensure_connection()


@pytest.mark.usefixtures("server")
def test_an_empty_database_is_nobodys_and_asks_for_migrate() -> None:
    emptied = changed("production", "delete from environment_mark")
    with emptied, fresh("production") as connection, pytest.raises(NotMigrated):
        connection.ensure_connection()


@pytest.mark.usefixtures("server")
def test_a_process_that_follows_another_procedure_is_refused() -> None:
    other = override_settings(EBOXCAST_PROCEDURE="on")
    with other, fresh("default") as connection, pytest.raises(ProcedureDiffers) as refused:
        connection.ensure_connection()
    assert refused.value.data == {"recorded": "off", "asked": "on"}


@contextmanager
def changed(alias: str, statement: str) -> Iterator[None]:
    """Change what a database says of itself, and put it back."""
    tables = ("django_migrations", "environment_mark" if alias != "default" else "installation")
    with connect_for_setup(boot.places(), str(connections.settings[alias]["NAME"])) as connection:
        for table in tables:
            connection.execute(sql.SQL("create temp table kept_{0} as table {1}").format(*_names(table)))
        connection.execute(statement.encode())
        try:
            yield
        finally:
            for table in tables:
                connection.execute(sql.SQL("truncate {1}").format(*_names(table)))
                connection.execute(
                    sql.SQL("insert into {1} overriding system value table kept_{0}").format(*_names(table))
                )


def _names(table: str) -> tuple[sql.SQL, sql.Identifier]:
    return sql.SQL(table), sql.Identifier(table)
