"""Errors of the driver become ours, and carry no row, value or statement."""

from __future__ import annotations

import traceback

import psycopg
import pytest
from django.db import connection

from eboxcast.database import boot
from eboxcast.database.embedded.roles import connect_for_setup
from eboxcast.database.errors import (
    ConstraintBroken,
    DatabaseGone,
    DatabaseTrouble,
    DiskFull,
    LockTaken,
    TookTooLong,
    sanitized_db_errors,
)
from eboxcast.lib.errors import EboxcastError

pytestmark = pytest.mark.usefixtures("installation")

NUMBER = "85073003328"


def provoke(statement: str) -> EboxcastError:
    """Run statements that fail, and return our error."""
    with pytest.raises(EboxcastError) as caught, sanitized_db_errors(), connection.cursor() as cursor:
        cursor.execute(statement)
    return caught.value


def everything(error: BaseException) -> str:
    """All that could be printed of an error, of its causes and of what stood behind them."""
    said: list[str] = []
    pending: BaseException | None = error
    while pending is not None:
        said += [*traceback.format_exception(pending), repr(pending), str(pending.args)]
        pending = pending.__cause__ or pending.__context__
    return "\n".join(said)


def test_a_broken_rule_is_named_and_the_row_is_not() -> None:
    table = "create temp table t (key bigint constraint key_once unique)"
    error = provoke(f"{table}; with twice as (values ({NUMBER}), ({NUMBER})) insert into t table twice")
    assert isinstance(error, ConstraintBroken)
    assert error.data == {"name": "key_once", "sqlstate": "23505"}
    assert NUMBER not in everything(error)


@pytest.mark.parametrize(
    "statement",
    [
        f"select 'NISS {NUMBER}'::bigint",
        f"select {NUMBER}::int",
        f'select 1/0 as "{NUMBER}"',
        f"do $$ begin raise exception 'refused' using detail = 'Key (niss)=({NUMBER})', hint = '{NUMBER}'; end $$",
        f"selekt {NUMBER}",
        f'table "{NUMBER}"',
    ],
)
def test_no_failing_statement_shows_the_number_in_it(statement: str) -> None:
    error = provoke(statement)
    assert isinstance(error, DatabaseTrouble)
    assert NUMBER not in everything(error)


@pytest.mark.parametrize(
    ("sqlstate", "kind"),
    [
        ("53100", DiskFull),
        ("55P03", LockTaken),
        ("40P01", LockTaken),
        ("57014", TookTooLong),
        ("57P01", DatabaseGone),
        ("08006", DatabaseGone),
        ("53300", DatabaseGone),
        ("XX000", DatabaseTrouble),
    ],
)
def test_each_state_has_its_error(sqlstate: str, kind: type[DatabaseTrouble]) -> None:
    error = provoke(f"do $$ begin raise sqlstate '{sqlstate}'; end $$")
    assert type(error) is kind
    assert error.data == {"sqlstate": sqlstate}


def test_a_statement_past_its_time_limit_took_too_long() -> None:
    error = provoke("set statement_timeout = '20ms'; select count(*) from generate_series(1, 1000000000)")
    assert isinstance(error, TookTooLong)
    connection.close()


def test_a_connection_cut_off_is_gone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        (pid,) = cursor.fetchone() or (0,)
    with connect_for_setup(boot.places()) as other:
        other.execute("select pg_terminate_backend(%s, 10000)", [pid])
    assert isinstance(provoke("select 1"), DatabaseGone)
    connection.close()


def test_a_server_that_is_not_there_is_gone() -> None:
    password = "geheim" + NUMBER
    with pytest.raises(DatabaseGone) as caught, sanitized_db_errors():
        psycopg.connect(host="/nowhere", dbname="x", password=password)
    assert password not in everything(caught.value)


def test_a_signal_while_the_rollback_fails_is_still_an_interruption() -> None:
    """What the driver says of a rollback in a statement that a signal cut short would hide the signal."""
    with pytest.raises(KeyboardInterrupt):
        _interrupted_in_a_statement()


@sanitized_db_errors()
def _interrupted_in_a_statement() -> None:
    with connection.cursor() as cursor:
        try:
            raise KeyboardInterrupt
        finally:
            cursor.fetchone()  # no statement was run: the driver refuses


def test_an_error_of_ours_passes_untouched() -> None:
    mine = EboxcastError(name="kept")
    with pytest.raises(EboxcastError) as caught, sanitized_db_errors():
        raise mine
    assert caught.value is mine


def test_the_log_of_the_server_holds_nothing_of_a_failing_statement() -> None:
    provoke(f"select 'NISS {NUMBER}'::bigint")
    provoke(f"do $$ begin raise exception '{NUMBER}' using detail = '{NUMBER}'; end $$")
    provoke(f"do $$ begin raise warning '{NUMBER}'; perform {NUMBER}::int; end $$")
    with pytest.raises(DatabaseTrouble), sanitized_db_errors(), connection.cursor() as cursor:
        cursor.execute("select %s::int", [NUMBER])
    logs = b"".join(file.read_bytes() for file in boot.places().log.iterdir())
    assert b"database system is ready" in logs
    assert NUMBER.encode() not in logs
