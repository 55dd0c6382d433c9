"""The plans of the environment's queries: one bucket, or one release by look-ups of its buckets; nobody is scanned.

Asked of PostgreSQL itself, with rows enough and statistics, so that a plan is what a full database would do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.database.environments import environment_connection
from eboxcast.database.queries import Queries

pytestmark = pytest.mark.one_server

OF_PACKAGES = {name: Queries(f"eboxcast.{name}") for name in ("mailboxes", "reports")}
"""The packages that ask an environment; those of ``delivery`` ask the control database, which knows no recipient."""

NO_PLAN = {
    "lock_identity": "a lock, no table",
    "make_incoming": "makes a temporary table",
    "copy_incoming": "COPY into that table",
    "lock_compaction": "a lock, no table",
    "lock_compaction_for_long": "a lock, no table",
    "unlock_compaction": "a lock, no table",
    "wait_little_everywhere": "a setting, no table",
    "wait_little": "a setting, no table",
    "has_outgrown_its_plans": "one row of the catalog",
    "sample_little": "a setting, no table",
    "store_audience": "COPY into it, by bucket and release",
    "store_blocks": "COPY into it, by bucket and compaction",
    "store_outcome": "COPY into it, by bucket and release",
    "store_receipts": "one row of a release, and no recipient",
}
SCANS_ON_PURPOSE = {
    "states_of_eboxes": "for audiences of millions all eBoxes are fetched once: sooner than a look-up for each",
    "successors_exist": "stops at the first row",
    "successors_of": "a whole list beside fewer changed numbers: reading those once beats a look-up for each recipient",
}
LAST_BUCKET = 16_380
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SOME_KEYS = list(range(1, 41))
PARAMETERS: dict[str, Any] = {
    "abandoned_before": NOW,
    "address": b"a",
    "application": "demo:test",
    "at_once": 1 << 20,
    "attempts": 1,
    "before": NOW,
    "began": NOW,
    "bucket": 5,
    "buckets": SOME_KEYS,
    "code": "1.1.0",
    "compaction": 2,
    "compactions": [2],
    "codes": ["x"] * len(SOME_KEYS),
    "content": b"letter",
    "count": 40,
    "clock_offset": timedelta(),
    "day": NOW.date(),
    "deactivated_count": 0,
    "digest": b"d" * 32,
    "ended_at": None,
    "ended_before": NOW,
    "expires_at": NOW,
    "first": 100,
    "first_bucket": 100,
    "gap": timedelta(seconds=1),
    "generation": 0,
    "generations": [0],
    "ids": ["m"] * len(SOME_KEYS),
    "institution": "0456789034",
    "keys": SOME_KEYS,
    "kind": "sent",
    "kinds": ["sent"] * len(SOME_KEYS),
    "language": "fr",
    "last": 140,
    "last_bucket": LAST_BUCKET,
    "mailbox": 5,
    "mailed_before": NOW,
    "mark": uuid4(),
    "media_type": "application/pdf",
    "message": 1,
    "most": 5,
    "never_activated_count": 0,
    "new": 7,
    "new_bucket": 7,
    "next_code": "1.1.1",
    "next_first": 100,
    "next_keys": SOME_KEYS,
    "next_last": 140,
    "not_after": NOW,
    "not_attempted_count": 0,
    "not_ebox_only_count": 0,
    "now": NOW,
    "numbers": SOME_KEYS,
    "pairs": 1,
    "recipients": [1, 1],
    "old": 6,
    "old_bucket": 6,
    "person": 5,
    "provider_message": "m",
    "published_count": 0,
    "published_digest": b"d" * 32,
    "refused_count": 0,
    "refused_digest": b"d" * 32,
    "release": 2,
    "releases": [2, 3],
    "reported_before": NOW,
    "run": uuid4(),
    "runs": [uuid4()],
    "saved": timedelta(minutes=1),
    "sent": SOME_KEYS,
    "sequence": None,
    "size": 6,
    "slot": 1,
    "stop_token": b"t",
    "stored_before": NOW,
    "superseded_by": None,
    "ticket": "t1",
    "today": NOW.date(),
    "try_at": NOW,
    "unknown_count": 0,
    "until": NOW,
    "visit": 1,
    "world_now": NOW,
}
FILL = (
    (
        "insert into compaction (mark, generation, pairs, made_at)"
        " select gen_random_uuid(), 0, 16381, now() from generate_series(1, 3)"
    ),
    (
        "insert into block (generation, bucket, compaction, first, content)"
        " select g, b, c, b, 'x' from generate_series(0, 16380) b, generate_series(1, 2) c, generate_series(0, 5) g"
    ),
    (
        "insert into audience select b, r, array[b::bigint], g"
        " from generate_series(0, 16380) b, generate_series(1, 2) r, generate_series(0, 3) g"
    ),
    (
        "insert into outcome select b, r, k, '', array[b::bigint], null"
        " from generate_series(0, 4000) b, generate_series(1, 2) r,"
        " unnest(array['sent', 'unknown', 'never_activated', 'refused_by_policy']) k"
    ),
    "insert into reading select b, r, b, now(), null from generate_series(0, 16380) b, generate_series(1, 2) r",
    "insert into ebox select b % 16381, b, now(), null, true from generate_series(0, 20000) b",
    "insert into ebox_successor select b, b, b + 100000 from generate_series(0, 8000) b",
    "insert into ebox_predecessor select b, b, b + 100000 from generate_series(0, 8000) b",
    (
        "insert into mail_choice select b % 16381, b, 'fr', 'a', now(), 't', null, null, null, now(), 1"
        " from generate_series(0, 20000) b"
    ),
    "insert into mail_deferred select b, r, b, 1, now() from generate_series(0, 4000) b, generate_series(1, 2) r",
    "insert into ended_visit select b % 16381, b, 1, now() from generate_series(0, 20000) b",
    "analyze audience, block, outcome, reading, ebox, ebox_successor, ebox_predecessor",
    "analyze mail_choice, mail_deferred, ended_visit",
)
AS_SHIPPED = (
    "select set_config(name, boot_val, true) from pg_settings where category like 'Query Tuning%' and context = 'user'"
)
"""The planner as PostgreSQL ships it, whatever the server of the tests was given: what is looked at is its choice."""
Node = dict[str, Any]


def growing_tables() -> set[str]:
    """Return the tables with rows for people: those whose primary key begins with the bucket."""
    models = apps.get_app_config("mailboxes").get_models()
    return {m._meta.db_table for m in models if getattr(m._meta.pk, "field_names", ("",))[0] == "bucket"}


@pytest.fixture(scope="module")
def full(server: None) -> Iterator[BaseDatabaseWrapper]:
    """An environment with some hundred thousand rows, as long as these tests last."""
    connection = environment_connection("acceptance")
    with transaction.atomic(using="acceptance"):
        with connection.cursor() as cursor:
            for statement in (AS_SHIPPED, *FILL, OF_PACKAGES["mailboxes"]["make_incoming"]):
                cursor.execute(statement)
        yield connection
        transaction.set_rollback(True, using="acceptance")


def plan_of(connection: BaseDatabaseWrapper, statement: str) -> list[Node]:
    """Return the steps of the plan of a statement, of a COPY's query for a COPY."""
    copied = re.search(r"^copy \((.*)\) to stdout \(format binary\)", statement, re.DOTALL | re.MULTILINE)
    with transaction.atomic(using="acceptance"), connection.cursor() as cursor:
        cursor.execute(f"explain (format json) {copied[1] if copied else statement}", PARAMETERS)
        (answer,) = cursor.fetchone()
    return list(_steps((json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]))


def _steps(node: Node) -> Iterator[Node]:
    yield node
    for below in node.get("Plans", ()):
        yield from _steps(below)


def table_of(node: Node) -> str:
    """Return which table a step reads; that of a generation is one of its parts."""
    return re.sub(r"^(audience|block)_\d$", r"\1", node.get("Relation Name", ""))


def without_bucket(plan: list[Node]) -> list[str]:
    """Return how the plan reaches tables that grow with people other than by bucket."""
    bad = []
    for node in plan:
        table, kind = table_of(node), node["Node Type"]
        if table not in growing_tables() or kind == "ModifyTable":
            continue
        condition = node.get("Index Cond") or node.get("Recheck Cond") or ""
        if not re.search(r"\bbucket = ", condition):
            bad.append(f"{kind} on {table} ({condition})")
    return bad


NAMED = [(package, name) for package, queries in OF_PACKAGES.items() for name in queries.names()]


@pytest.mark.parametrize(("package", "name"), [pair for pair in NAMED if pair[1] not in {*NO_PLAN, *SCANS_ON_PURPOSE}])
def test_people_are_reached_by_bucket_only(full: BaseDatabaseWrapper, package: str, name: str) -> None:
    assert without_bucket(plan_of(full, OF_PACKAGES[package][name])) == []


@pytest.mark.parametrize(("package", "name"), [pair for pair in NAMED if pair[1] not in {*NO_PLAN, *SCANS_ON_PURPOSE}])
def test_a_release_is_reached_with_its_bucket(full: BaseDatabaseWrapper, package: str, name: str) -> None:
    """Of audience and outcomes only the rows of one release are read, or those of one eBox's bucket."""
    statement = OF_PACKAGES[package][name]
    for node in plan_of(full, statement):
        if table_of(node) in ("audience", "outcome") and node["Node Type"] != "ModifyTable":
            condition = node.get("Index Cond") or node.get("Recheck Cond") or ""
            assert "release = " in condition


@pytest.mark.parametrize("name", SCANS_ON_PURPOSE)
def test_an_exception_is_one(full: BaseDatabaseWrapper, name: str) -> None:
    """Else it should be taken off the list."""
    assert without_bucket(plan_of(full, OF_PACKAGES["mailboxes"][name]))


@pytest.mark.parametrize(
    "statement",
    [
        "select keys from audience where release = %(release)s",
        "select mailbox from ebox where mailbox = %(mailbox)s",
        "delete from reading where release = %(release)s",
        "update outcome set code = '' where release = %(release)s and kind = 'sent'",
    ],
)
def test_a_scan_would_be_noticed(full: BaseDatabaseWrapper, statement: str) -> None:
    assert without_bucket(plan_of(full, statement))


def test_the_exceptions_exist_and_the_tables_are_known() -> None:
    assert {*NO_PLAN, *SCANS_ON_PURPOSE} <= {name for _, name in NAMED}
    assert growing_tables() == {
        "audience",
        "block",
        "outcome",
        "reading",
        "ebox",
        "ebox_successor",
        "ebox_predecessor",
    } | {
        "mail_choice",
        "mail_deferred",
        "ended_visit",
    }
