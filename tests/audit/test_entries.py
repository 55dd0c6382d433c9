"""Audit entries are only ever added: by right, and where somebody has a right too many, by the tables themselves."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from eboxcast.audit.actions import record
from eboxcast.audit.anchoring import hand_out
from eboxcast.audit.models import Entry, TreeHead
from eboxcast.audit.pseudonyms import pseudonym
from eboxcast.audit.rows import APPEND_ONLY, BY_YEAR
from eboxcast.audit.tree import keep_edge
from eboxcast.database.embedded.configuration import CONTROL_ROLE
from eboxcast.database.ownership import as_owner
from eboxcast.lib import clock

pytestmark = pytest.mark.usefixtures("installation")

YEAR = clock.today().year
CHANGES = {
    "audit_entry": "update {} set by = 'nobody'",
    "audit_seal": "update {} set number = 7",
    "audit_anchor": "update {} set number = 7",
    "audit_key": "update {} set key = sha256('')",
    "audit_node": "update {} set hash = sha256('')",
    "audit_tree_head": "update {} set size = 7",
}
PLACES = [(table, year) for table in APPEND_ONLY for year in ("", f"_{YEAR}") if not year or table in BY_YEAR]


@pytest.fixture(autouse=True)
def _one_row_in_each() -> None:
    record("something.happened", by="ines", data={"person": pseudonym(85073003328, clock.now())})
    hand_out(kind="command", to="rita")
    with connection.cursor() as cursor:
        keep_edge(cursor, 1)
    TreeHead.objects.create(size=1, root=bytes(32), made_at=clock.now(), fingerprint="", signed="")


def statements(table: str, place: str) -> list[str]:
    return [CHANGES[table].format(place), f"delete from {place}", f"truncate {place}"]  # noqa: S608  # of this file


@pytest.mark.parametrize(("table", "year"), PLACES)
def test_the_role_that_works_may_change_or_remove_nothing(table: str, year: str) -> None:
    for statement in (*statements(table, table + year), f"drop table {table}{year}"):
        with pytest.raises(DatabaseError, match=r"permission denied|must be owner"):
            run(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "alter table audit_entry disable trigger all",
        f"alter table audit_entry detach partition audit_entry_{YEAR}",
        f"insert into audit_entry_{YEAR} default values",
        "create table audit_entry_9 (like audit_entry)",
        "drop function audit_open_segment(integer)",
        "select setval('audit_entry_number', 1)",
        "set session_replication_role = replica",
        "set role eboxcast_control_owner",
        "alter role eboxcast_control superuser",
    ],
)
def test_the_role_that_works_cannot_get_around_that(statement: str) -> None:
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"):
        run(statement)


@pytest.mark.parametrize(("table", "year"), PLACES)
def test_the_tables_stop_even_their_owner(table: str, year: str) -> None:
    with as_owner():
        for statement in statements(table, table + year):
            with pytest.raises(IntegrityError):
                run(statement)


def test_no_year_is_opened_that_no_clock_can_show() -> None:
    with pytest.raises(DatabaseError):
        run("select audit_open_segment(3000)")


def test_an_entry_in_a_year_that_is_not_its_own_is_refused() -> None:
    with pytest.raises(IntegrityError):
        Entry.objects.create(segment=YEAR, at=clock.now().replace(year=YEAR - 1), by="ines", action="a.b")


def test_an_entry_names_its_broadcast() -> None:
    broadcast = uuid4()
    record("broadcast.requested", by="ines", broadcast=broadcast)
    assert Entry.objects.get(broadcast=broadcast).action == "broadcast.requested"


def test_what_is_done_in_the_transaction_of_an_entry_falls_with_it(
    sweepers: list[psycopg.Connection[tuple[object, ...]]],
) -> None:
    """The rule every action relies on: no entry, no action."""
    control = sweepers[0]
    control.execute(f"revoke insert on audit_entry from {CONTROL_ROLE}".encode())
    try:
        with pytest.raises(DatabaseError), transaction.atomic():
            record("something.else", by="ines")
    finally:
        control.execute(f"grant insert on audit_entry to {CONTROL_ROLE}".encode())
    assert Entry.objects.count() == 1


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
