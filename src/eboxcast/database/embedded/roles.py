"""The databases of the embedded server and their roles: each role works in one database and cannot enter another.

The role of an environment owns its database. That of control does not: what it adds to the audit it must not be able to
change (ownership.py).
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from eboxcast.database.embedded.configuration import CONTROL_ROLE, OWNER_ROLE, ROLES, SETUP_ROLE
from eboxcast.database.embedded.places import PORT, Places
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.database.rights import grant_rights

_MADE_BY_SERVER = ("postgres", "template1")
_WORKER_OWNS = (
    f"select datname from pg_database where datname = '{CONTROL_ROLE}'"  # noqa: S608  # names of our own
    f" and datdba <> '{OWNER_ROLE}'::regrole"
)


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
    with sanitized_db_errors(), connect_for_setup(places) as connection:
        roles = _names(connection, "select rolname from pg_roles")
        databases = _names(connection, "select datname from pg_database")
        if OWNER_ROLE not in roles:
            connection.execute(sql.SQL("create role {} nologin").format(sql.Identifier(OWNER_ROLE)))
        for name in ROLES:
            if name not in roles:
                connection.execute(sql.SQL("create role {} login").format(sql.Identifier(name)))
            if name not in databases:
                connection.execute(_create_database(name))
        _close_to_others(connection)
        if _names(connection, _WORKER_OWNS):
            _give_to_owner(places)


def _create_database(name: str) -> sql.Composed:
    return sql.SQL("create database {} owner {} template template0").format(sql.Identifier(name), sql.Identifier(name))


def _give_to_owner(places: Places) -> None:
    """Part the two roles of control: at the beginning, or when an older version had one role own everything.

    In one transaction, so that whoever works meanwhile is never without rights.
    """
    worker, owner = sql.Identifier(CONTROL_ROLE), sql.Identifier(OWNER_ROLE)
    with connect_for_setup(places, CONTROL_ROLE) as connection, connection.transaction(), connection.cursor() as cursor:
        cursor.execute(sql.SQL("reassign owned by {} to {}").format(worker, owner))
        cursor.execute(sql.SQL("grant connect, temporary on database {} to {}").format(worker, worker))
        grant_rights(cursor, CONTROL_ROLE)


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
