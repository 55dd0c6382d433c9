"""The databases of the embedded server and their roles: each role owns one database and cannot enter another."""

from __future__ import annotations

import psycopg
from psycopg import sql

from eboxcast.database.embedded.configuration import ROLES, SETUP_ROLE
from eboxcast.database.embedded.places import PORT, Places
from eboxcast.database.errors import quiet

_MADE_BY_SERVER = ("postgres", "template1")


def connect_for_setup(places: Places, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
    """Connect as the superuser; only what sets up, repairs or examines the server does."""
    return psycopg.connect(
        host=str(places.socket),
        port=PORT,
        user=SETUP_ROLE,
        dbname=database,
        autocommit=True,
        application_name="eboxcast setup",
    )


def create_databases(places: Places) -> None:
    """Create the roles and databases that are missing. Each step can be cut off and taken up again."""
    with quiet(), connect_for_setup(places) as connection:
        roles = _names(connection, "select rolname from pg_roles")
        databases = _names(connection, "select datname from pg_database")
        for name in ROLES:
            if name not in roles:
                connection.execute(sql.SQL("create role {} login").format(sql.Identifier(name)))
            if name not in databases:
                connection.execute(_create_database(name))
        _close_to_others(connection)


def _create_database(name: str) -> sql.Composed:
    return sql.SQL("create database {} owner {} template template0").format(sql.Identifier(name), sql.Identifier(name))


def _close_to_others(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Take from everybody the right to connect that PostgreSQL gives by default."""
    untouched = _names(connection, "select datname from pg_database where datacl is null")
    for name in {*untouched, *_open_to_all(connection)} & {*ROLES, *_MADE_BY_SERVER}:
        connection.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(name)))


def _open_to_all(connection: psycopg.Connection[tuple[object, ...]]) -> set[str]:
    return _names(
        connection,
        "select datname from pg_database, aclexplode(datacl) as right_of"
        " where right_of.grantee = 0 and right_of.privilege_type = 'CONNECT'",
    )


def _names(connection: psycopg.Connection[tuple[object, ...]], query: str) -> set[str]:
    return {str(name) for (name,) in connection.execute(query.encode()).fetchall()}
