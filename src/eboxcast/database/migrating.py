"""Bring the databases of this process up to date: tables, and what each database says it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event

from django.conf import settings
from django.core.management import call_command
from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.migrations.recorder import MigrationRecorder

from eboxcast.database.distribution import distribute, is_distributed
from eboxcast.database.environments import environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.database.marks import (
    migrations_of_code,
    missing_migrations,
    read_mark,
    refuse_other_version,
    refuse_wrong_database,
    unchecked,
)
from eboxcast.database.names import ALIASES, CONTROL, shown
from eboxcast.database.ownership import as_owner, give_rights, refuse_without_owner
from eboxcast.lib import clock

_LOCK = 0x65626F78
_BETWEEN_TRIES = 0.2


@dataclass(frozen=True)
class Migrated:
    """What was done, or is to be done, in one database."""

    database: str
    count: int


def pending() -> list[Migrated]:
    """Return how many migrations each database in reach lacks; changes nothing."""
    with unchecked(), _fresh_connections():
        return [_pending(connections[alias]) for alias in _aliases()]


def migrate_all() -> list[Migrated]:
    """Migrate every database in reach. One process at a time: others wait at the lock."""
    with unchecked(), _fresh_connections(), as_owner(), _alone():
        done = []
        refuse_without_owner()
        for alias in _aliases():
            done.append(_pending(connections[alias]))
            _migrate(connections[alias])
        return done


def distribute_environment(name: str) -> list[str]:
    """Spread the tables of an environment over many machines, and return which were not spread yet.

    One process at a time, as for migrating. Raises CitusMissing, NoNodes, EnvironmentOutOfReach.
    """
    with _fresh_connections(), _alone():
        return distribute(environment_connection(name))


def _aliases() -> list[str]:
    return [alias for alias in ALIASES if alias in connections.settings]


def _pending(connection: BaseDatabaseWrapper) -> Migrated:
    with sanitized_db_errors():
        mark = read_mark(connection)
    refuse_wrong_database(connection.alias, mark)
    return Migrated(shown(connection.alias), len(missing_migrations(mark)))


def _migrate(connection: BaseDatabaseWrapper) -> None:
    with sanitized_db_errors(), connection.cursor() as cursor:
        cursor.execute("set statement_timeout = 0")
    with sanitized_db_errors():
        for app in _living(connection):
            call_command("migrate", app, database=connection.alias, verbosity=0, interactive=False, skip_checks=True)
        _pass_over(connection)
    with sanitized_db_errors(), connection.cursor() as cursor:
        _mark(connection.alias, cursor)
        if connection.alias == CONTROL:
            give_rights(cursor)
    if connection.alias != CONTROL and is_distributed(connection):
        distribute(connection)  # the tables that are new
    refuse_other_version(connection.alias, read_mark(connection))


def _living(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the apps that have tables in a database; Django takes those they depend on first."""
    return sorted({app for app, _ in migrations_of_code() if router.allow_migrate(connection.alias, app)})


def _pass_over(connection: BaseDatabaseWrapper) -> None:
    """Record the migrations that have nothing to do here: taking them would cost more than all the others."""
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    for app, name in sorted(migrations_of_code() - recorder.applied_migrations().keys()):
        recorder.record_applied(app, name)


def _mark(alias: str, cursor: CursorWrapper) -> None:
    """Have a new database record what it is; an older record stands."""
    if alias == CONTROL:
        cursor.execute(
            "insert into installation (id, procedure, kind, created_at) values (1, %s, %s, %s) on conflict do nothing",
            [settings.EBOXCAST_PROCEDURE or "on", settings.EBOXCAST_INSTALLATION, clock.now()],
        )
    else:
        cursor.execute(
            "insert into environment_mark (id, name, bucket_prime, created_at)"
            " values (1, %s, %s, %s) on conflict do nothing",
            [alias, settings.EBOXCAST_BUCKET_PRIME, clock.now()],
        )


@contextmanager
def _fresh_connections() -> Iterator[None]:
    """Leave no connection behind that was made unchecked."""
    connections.close_all()
    try:
        yield
    finally:
        connections.close_all()


@contextmanager
def _alone() -> Iterator[None]:
    with sanitized_db_errors(), connections[CONTROL].cursor() as cursor:
        cursor.execute("set statement_timeout = 0")
        while not _is_ours(cursor):
            Event().wait(_BETWEEN_TRIES)
    yield


def _is_ours(cursor: CursorWrapper) -> bool:
    """Take the lock if nobody has it. Who waits in the server keeps a snapshot: an index being built would wait too."""
    cursor.execute("select pg_try_advisory_lock(%s)", [_LOCK])
    (taken,) = cursor.fetchone()
    return bool(taken)
