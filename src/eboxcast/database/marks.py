"""Every new connection proves that it leads to the database it is meant for, with the tables of this version."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast import __version__
from eboxcast.database.errors import MigratedFurther, NotMigrated, ProcedureDiffers, WrongDatabase, quiet
from eboxcast.database.names import CONTROL, URL_VARIABLES, shown
from eboxcast.database.versions import migrations_of_code

_checking: ContextVar[bool] = ContextVar("checking", default=True)

_TABLES = "select to_regclass('installation'), to_regclass('environment_mark'), to_regclass('django_migrations')"


@contextmanager
def unchecked() -> Iterator[None]:
    """Let connections be made to databases that are not, or not yet, what they should be: for migrating only."""
    token = _checking.set(False)
    try:
        yield
    finally:
        _checking.reset(token)


def check_connection(sender: object, connection: BaseDatabaseWrapper, **_: object) -> None:
    """Close a new connection again, loudly, when it leads to the wrong database or to older tables."""
    if not _checking.get():
        return
    try:
        refuse_wrong_database(connection)
        refuse_other_version(connection)
    except BaseException:
        # Left open it would pass for checked the next time it is used.
        connection.close()
        raise


def refuse_wrong_database(connection: BaseDatabaseWrapper) -> None:
    """Raise when a database says it is another one than meant. One that says nothing yet is nobody's."""
    meant, found = shown(connection.alias), name_of(connection)
    if found not in (None, meant):
        raise WrongDatabase(meant=meant, found=found, variable=URL_VARIABLES[connection.alias])


def refuse_other_version(connection: BaseDatabaseWrapper) -> None:
    """Raise when the tables are not those of this program, or made for another way of working."""
    recorded = migrations_of_database(connection)
    missing = migrations_of_code() - recorded
    if missing or name_of(connection) is None:
        raise NotMigrated(name=shown(connection.alias), count=len(missing))
    ours = {app for app, _ in migrations_of_code()}
    if {(app, name) for app, name in recorded if app in ours} - migrations_of_code():
        raise MigratedFurther(name=shown(connection.alias), version=__version__)
    if connection.alias == CONTROL:
        _refuse_other_procedure(connection)


def name_of(connection: BaseDatabaseWrapper) -> str | None:
    """Return what a database says it is: control, acceptance, production, or nothing yet."""
    installation, mark, _ = _tables(connection)
    if installation and _row(connection, "select procedure from installation"):
        return shown(CONTROL)
    row = _row(connection, "select name from environment_mark") if mark else ()
    return str(row[0]) if row else None


def migrations_of_database(connection: BaseDatabaseWrapper) -> frozenset[tuple[str, str]]:
    """Return the migrations a database has seen."""
    if not _tables(connection)[2]:
        return frozenset()
    with quiet(), connection.cursor() as cursor:
        cursor.execute("select app, name from django_migrations")
        return frozenset((str(app), str(name)) for app, name in cursor.fetchall())


def _refuse_other_procedure(connection: BaseDatabaseWrapper) -> None:
    row = _row(connection, "select procedure from installation")
    if row and row[0] != settings.EBOXCAST_PROCEDURE:
        raise ProcedureDiffers(recorded=row[0], asked=settings.EBOXCAST_PROCEDURE)


def _tables(connection: BaseDatabaseWrapper) -> tuple[object, ...]:
    return _row(connection, _TABLES)


def _row(connection: BaseDatabaseWrapper, statement: str) -> tuple[object, ...]:
    with quiet(), connection.cursor() as cursor:
        cursor.execute(statement)
        return tuple(cursor.fetchone() or ())
