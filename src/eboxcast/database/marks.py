"""Every new connection proves that it leads to the database it is meant for, with the tables of this version."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast import __version__
from eboxcast.database.errors import MigratedFurther, NotMigrated, ProcedureDiffers, WrongDatabase, sanitized_db_errors
from eboxcast.database.names import CONTROL, URL_VARIABLES, shown
from eboxcast.lib import clock
from eboxcast.lib.errors import EboxcastError, Misconfigured

_checking: ContextVar[bool] = ContextVar("checking", default=True)

# Through to_jsonb, as an older installation lacks the later columns and must still be able to say what it is.
_INSTALLATION = (
    "select procedure, coalesce(to_jsonb(i) ->> 'kind', 'real'),"
    " coalesce((to_jsonb(i) ->> 'clock_offset')::interval, '0') from installation i"
)
_TABLES = "select to_regclass('installation'), to_regclass('environment_mark'), to_regclass('django_migrations')"


@dataclass(frozen=True)
class Mark:
    """What a database says it is: control, acceptance, production, or nothing yet; and the migrations it has seen."""

    name: str | None
    procedure: str | None
    migrations: frozenset[tuple[str, str]]
    kind: str | None = None
    """``real``, ``demo`` or ``test``, of a control database."""
    clock_offset: timedelta = timedelta()


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
        mark = read_mark(connection)
        refuse_wrong_database(connection.alias, mark)
        refuse_other_version(connection.alias, mark)
        _learn_clock(connection.alias, mark)
    except BaseException:
        # Left open it would pass for checked the next time it is used.
        connection.close()
        raise


def read_mark(connection: BaseDatabaseWrapper) -> Mark:
    """Read what a database says it is; one that says nothing yet is nobody's."""
    installation, environment, migrations = _rows(connection, _TABLES)[0]
    recorded = _rows(connection, _INSTALLATION) if installation else []
    procedure, kind, clock_offset = recorded[0] if recorded else (None, None, timedelta())
    name = _rows(connection, "select name from environment_mark") if environment else []
    seen = _rows(connection, "select app, name from django_migrations") if migrations else []
    return Mark(
        name=shown(CONTROL) if procedure else str(name[0][0]) if name else None,
        procedure=str(procedure) if procedure else None,
        migrations=frozenset((str(app), str(migration)) for app, migration in seen),
        kind=str(kind) if kind else None,
        clock_offset=clock_offset if isinstance(clock_offset, timedelta) else timedelta(),
    )


def refuse_wrong_database(alias: str, mark: Mark) -> None:
    """Raise WrongDatabase when a database says it is another one than meant."""
    if mark.name not in (None, shown(alias)):
        raise WrongDatabase(meant=shown(alias), found=mark.name, variable=URL_VARIABLES[alias])


def refuse_other_version(alias: str, mark: Mark) -> None:
    """Raise NotMigrated or MigratedFurther when the tables are not those of this program.

    Raises ProcedureDiffers when they were made for another way of working.
    """
    missing = missing_migrations(mark)
    if missing or mark.name is None:
        raise NotMigrated(name=shown(alias), count=len(missing))
    ours = {app for app, _ in migrations_of_code()}
    if any(app in ours for app, _ in mark.migrations - migrations_of_code()):
        raise MigratedFurther(name=shown(alias), version=__version__)
    if alias == CONTROL and settings.EBOXCAST_PROCEDURE not in ("", mark.procedure):
        raise ProcedureDiffers(recorded=mark.procedure, asked=settings.EBOXCAST_PROCEDURE)


def is_ours(alias: str, mark: Mark) -> bool:
    """Return whether a database is the one meant, with the tables of this program: what an unchecked look needs."""
    try:
        refuse_wrong_database(alias, mark)
        refuse_other_version(alias, mark)
    except (EboxcastError, Misconfigured):
        return False
    _learn_clock(alias, mark)
    return True


def _learn_clock(alias: str, mark: Mark) -> None:
    if alias == CONTROL:
        clock.move(mark.clock_offset)


def missing_migrations(mark: Mark) -> frozenset[tuple[str, str]]:
    """Return the migrations of this program that a database has not seen."""
    return migrations_of_code() - mark.migrations


def _rows(connection: BaseDatabaseWrapper, statement: str) -> list[tuple[object, ...]]:
    with sanitized_db_errors(), connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


@cache
def migrations_of_code() -> frozenset[tuple[str, str]]:
    """Return (app, migration) of all our apps, by file names: reading them in takes Django ten times as long."""
    return frozenset(
        (app.label, file.stem)
        for app in apps.get_app_configs()
        for file in (Path(app.path) / "migrations").glob("[0-9]*.py")
    )
