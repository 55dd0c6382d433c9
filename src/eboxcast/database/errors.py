"""What a database does to us, in our own errors: without statement, row or value, which could name a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import MappingProxyType

import django.db
import psycopg

from eboxcast.lib.errors import Defect, EboxcastError, NotAllowedNow, Trouble, WrongUse
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_


class EnvironmentNotNamed(Defect):
    """Code asked for a table of an environment without saying of which."""

    code = "database.environment-not-named"
    sentence = N_("The table {model} was used without naming acceptance or production.")


class EnvironmentUnknown(WrongUse):
    """There is no environment of that name."""

    code = "database.environment-unknown"
    sentence = N_("There is no environment {name}.")
    remedy = N_("Use acceptance or production.")


class EnvironmentOutOfReach(NotAllowedNow):
    """This process was given no way to that environment."""

    code = "database.environment-out-of-reach"
    sentence = N_("This process cannot reach {name}: {variable} is not set.")
    remedy = N_("Run it where {variable} is set, or name another environment.")


class NotEmbedded(WrongUse):
    """Starting and stopping is for the embedded database only."""

    code = "database.not-embedded"
    sentence = N_("EBOXCAST_DATABASE_URL is set, so there is no embedded database to start or stop.")
    remedy = N_("Start and stop your own PostgreSQL with its own tools.")


class WrongDatabase(Trouble):
    """A connection leads to another database than it is meant for."""

    code = "database.wrong"
    sentence = N_("The connection for {meant} leads to a database for {found}. Nothing was done.")
    remedy = N_("Correct {variable}; then run `{examine}`.")
    actions = MappingProxyType({"examine": NextAction(action="installation.examine")})


class NotMigrated(Trouble):
    """The tables are older than this program."""

    code = "database.not-migrated"
    sentence = N_("The {name} database is not up to date: {count} migrations have not been applied.")
    remedy = N_("Run `{migrate}`, then this command again.")
    actions = MappingProxyType({"migrate": NextAction(action="installation.migrate")})


class MigratedFurther(Trouble):
    """The tables are newer than this program."""

    code = "database.migrated-further"
    sentence = N_("The {name} database was migrated by a newer version of eboxcast than this one ({version}).")
    remedy = N_("Use the newer version of eboxcast.")


class ProcedureDiffers(Trouble):
    """The installation was made for another way of working than this process was told."""

    code = "database.procedure-differs"
    sentence = N_("This installation was created with EBOXCAST_PROCEDURE={recorded}, but this process has {asked}.")
    remedy = N_("Leave EBOXCAST_PROCEDURE empty. To change the recorded value: {migrate}")
    actions = MappingProxyType(
        {"migrate": NextAction(action="installation.migrate", parameters={"procedure": "{asked}"})}
    )


class ClockStands(NotAllowedNow):
    """On a real installation the time is that of the world."""

    code = "clock.stands"
    sentence = N_("The clock cannot be moved: this is not a demo or test installation.")
    remedy = N_("Rehearse on a separate installation: set EBOXCAST_INSTALLATION=demo for its first `{migrate}`.")
    actions = MappingProxyType({"migrate": NextAction(action="installation.migrate")})


class ClockGoesBack(NotAllowedNow):
    """Something is on record that happened later; the audit tells things in the order they happened."""

    code = "clock.goes-back"
    sentence = N_("The clock cannot be set to {moment}: the records already go up to {newest}.")
    remedy = N_("Choose a later moment, or start again with a separate installation.")


class OwnerNeeded(NotAllowedNow):
    """The role that works makes no tables: they belong to another."""

    code = "database.owner-needed"
    sentence = N_("The role of EBOXCAST_DATABASE_URL may not create tables in control: they belong to another role.")
    remedy = N_("Set EBOXCAST_OWNER_URL for this command only (docs/howto/use-your-own-postgresql.md).")


class CitusMissing(NotAllowedNow):
    """A database is to be spread over many machines and has no Citus."""

    code = "database.citus-missing"
    sentence = N_("The {name} database cannot be distributed: it does not have the Citus extension.")
    remedy = N_("Install it as docs/howto/many-machines.md describes, then run this command again.")


class NoNodes(NotAllowedNow):
    """There is no machine to spread a database over."""

    code = "database.no-nodes"
    sentence = N_("The {name} database cannot be distributed: Citus knows no other machines.")
    remedy = N_("Add them as docs/howto/many-machines.md describes, then run this command again.")


class DatabaseTrouble(Trouble):
    """The database answered with an error we have no better name for."""

    code = "database.trouble"
    sentence = N_("The database refused a statement (SQLSTATE {sqlstate}).")
    remedy = N_("Run `{examine}`. If you run the same command again, it continues where it stopped.")
    actions = MappingProxyType({"examine": NextAction(action="installation.examine")})


class DatabaseGone(DatabaseTrouble):
    """The connection was lost or could not be made."""

    code = "database.gone"
    sentence = N_("The database cannot be reached, or the connection to it was lost (SQLSTATE {sqlstate}).")
    remedy = N_("Run the same command again; it continues where it stopped. For details: `{examine}`.")
    actions = MappingProxyType({"examine": NextAction(action="installation.examine")})


class NotSafe(DatabaseGone):
    """The server could not prove who it is, or does not speak TLS."""

    code = "database.not-safe"
    sentence = N_("The database server could not prove who it is, or does not speak TLS. Nothing was sent to it.")
    remedy = N_(
        "The host in the URL must be a name in the server's certificate, and sslrootcert in the URL must name the file "
        "of the authority that signed it: docs/howto/use-your-own-postgresql.md. For details: `{examine}`."
    )


class DiskFull(DatabaseTrouble):
    """No space left where the database writes."""

    code = "database.disk-full"
    sentence = N_("The disk of the database is full. No step was left half done.")
    remedy = N_("Free up space, then run the same command again.")


class LockTaken(DatabaseTrouble):
    """Somebody else holds what we need, or the two of us blocked each other."""

    code = "database.lock-taken"
    sentence = N_("Another process is using what this step needs (SQLSTATE {sqlstate}).")
    remedy = N_("Wait until it has finished, then run the same command again.")


class TookTooLong(DatabaseTrouble):
    """A statement or transaction passed its time limit."""

    code = "database.took-too-long"
    sentence = N_("The database took too long and the step was cancelled (SQLSTATE {sqlstate}).")
    remedy = N_("Run the same command again; if it happens again, raise EBOXCAST_STATEMENT_SECONDS.")


class ConstraintBroken(Defect):
    """A row broke a rule of the tables. The data names the rule, never the row."""

    code = "database.constraint-broken"
    sentence = N_("A rule of the database stopped this step: {name}. No step was left half done.")


@contextmanager
def sanitized_db_errors() -> Iterator[None]:
    """Turn errors of the driver into ours, and take their words away: the server quotes rows in them.

    A signal may come while the driver waits; the rollback can then fail as well. That is still an interruption:
    KeyboardInterrupt is raised, and the server rolls back when the connection ends.
    """
    failure: BaseException | None = None
    try:
        yield
    except (psycopg.Error, django.db.Error) as error:
        failure = KeyboardInterrupt() if _was_interrupted(error) else _ours(error)
        _silence(error)
    if failure is not None:
        raise failure from None


_KINDS: dict[str, type[DatabaseTrouble]] = {
    "53100": DiskFull,
    "55P03": LockTaken,
    "40P01": LockTaken,
    "40001": LockTaken,
    "57014": TookTooLong,
    "25P03": TookTooLong,
    "25P04": TookTooLong,
}
_GONE_CLASSES = ("08", "57", "53")
_CONSTRAINT_CLASS = "23"
_NO_STATE = "none"
_CONNECTION_ERRORS = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    django.db.OperationalError,
    django.db.InterfaceError,
)


def _ours(error: Exception) -> EboxcastError:
    driver = error if isinstance(error, psycopg.Error) else error.__cause__
    state = (driver.sqlstate if isinstance(driver, psycopg.Error) else None) or _NO_STATE
    if isinstance(driver, psycopg.Error) and state.startswith(_CONSTRAINT_CLASS):
        return ConstraintBroken(name=driver.diag.constraint_name or state, sqlstate=state)
    if state in _KINDS:
        return _KINDS[state](sqlstate=state)
    if state == _NO_STATE and isinstance(error, _CONNECTION_ERRORS) and _is_about_safety(str(driver)):
        return NotSafe(sqlstate=state)
    if state.startswith(_GONE_CLASSES) or (state == _NO_STATE and isinstance(error, _CONNECTION_ERRORS)):
        return DatabaseGone(sqlstate=state)
    return DatabaseTrouble(sqlstate=state)


def _is_about_safety(words: str) -> bool:
    """Tell by its words why no connection was made: libpq has no code for it, and they hold no row."""
    return "certificate" in words or "server does not support SSL" in words


def _was_interrupted(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _silence(error: BaseException | None) -> None:
    """Empty the messages along the chain: ``from None`` only hides them from the printed traceback."""
    while error is not None:
        error.args = ()
        error = error.__cause__ or error.__context__
