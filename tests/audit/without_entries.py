"""Doing something while no audit entry can be added: then it must not happen, in none of the databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import psycopg
import pytest
from django.db import DatabaseError
from psycopg import sql

from eboxcast.audit.models import Entry
from eboxcast.database.embedded.configuration import CONTROL_ROLE
from eboxcast.database.errors import DatabaseTrouble

Control = Sequence[psycopg.Connection[tuple[object, ...]]]


def refuse_and_compare(databases: Control, action: Callable[[], object]) -> None:
    """Do an action while no entry can be added; everything is as it was, and the action was on its way to an entry."""
    before, entries = contents(databases), Entry.objects.count()
    with no_entries(databases), pytest.raises((DatabaseTrouble, DatabaseError), match=r"42501|permission denied"):
        action()
    assert contents(databases) == before
    assert Entry.objects.count() == entries


@contextmanager
def no_entries(databases: Control) -> Iterator[None]:
    role = sql.Identifier(CONTROL_ROLE)
    databases[0].execute(sql.SQL("revoke insert on audit_entry from {}").format(role))
    try:
        yield
    finally:
        databases[0].execute(sql.SQL("grant insert on audit_entry to {}").format(role))


@contextmanager
def no_entries_of(databases: Control, *actions: str) -> Iterator[None]:
    """Refuse the entries of some actions: what goes before it on the way is done, as by a process that dies there."""
    refuse = "create function refuse_entry() returns trigger language plpgsql as $$ begin raise 'refused'; end $$"
    databases[0].execute(refuse)
    databases[0].execute(
        sql.SQL(
            "create trigger refuse before insert on audit_entry for each row when (new.action = any({}))"
            " execute function refuse_entry()"
        ).format(sql.Literal(list(actions)))
    )
    try:
        yield
    finally:
        databases[0].execute("drop function refuse_entry cascade")


def contents(databases: Control) -> list[tuple[str, object]]:
    """Return what every table holds, as a digest."""
    held = []
    for database in databases:
        names = database.execute("select tablename from pg_tables where schemaname = 'public' order by 1")
        for (name,) in names.fetchall():
            rows = sql.SQL("select md5(coalesce(string_agg(t::text, '' order by t::text), '')) from {} t")
            held.append((str(name), database.execute(rows.format(sql.Identifier(str(name)))).fetchone()))
    return held
