"""Tables of before audiences were compacted: a process that still has their code stores, and nothing of it is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from tests.mailboxes.conftest import NewOrder, if_rows, publish

from eboxcast.database import migrating
from eboxcast.database.environments import environment_connection
from eboxcast.database.marks import unchecked
from eboxcast.lib import clock
from eboxcast.lib.digests import digest_of_keys
from eboxcast.mailboxes import compacting, launching, opening
from eboxcast.mailboxes.compacting import Rules
from eboxcast.mailboxes.messages import store_message
from eboxcast.mailboxes.models import Release
from eboxcast.mailboxes.values import NewRelease

pytestmark = if_rows

A = "acceptance"
BEFORE = ("mailboxes", "0005_end_visits")
PATIENT = Rules(waiting_releases=1)
OLD_RELEASE = MigrationLoader(None).project_state([BEFORE]).apps.get_model("mailboxes", "Release")
"""As the code of before knew it: it names no generation when it stores."""


def store_as_before(wanted: NewRelease) -> UUID:
    """Store what the code of before stored."""
    connection, now, salt = environment_connection(A), clock.now(), b"s" * 16
    digest = digest_of_keys(salt, wanted.keys)
    release = OLD_RELEASE.objects.using(A).create(
        run=wanted.run,
        message_id=store_message(connection, wanted.message, now=now),
        salt=salt,
        recipients_count=len(wanted.keys),
        audience_digest=digest,
        package_count=len(wanted.keys),
        package_digest=digest,
        particulars=wanted.package.as_json(),
        stored_at=now,
    )
    rows = [(key % 16_381, release.id, [key]) for key in wanted.keys.tolist()]
    with connection.cursor() as cursor:
        cursor.executemany("insert into audience (bucket, release, keys) values (%s, %s, %s)", rows)
    return wanted.run


def migrate_to(migration: tuple[str, str]) -> None:
    with unchecked():
        MigrationExecutor(environment_connection(A)).migrate([migration])


def launch(run: UUID) -> UUID:
    launching.launch(A, run, refuse_without_ebox=False)
    return run


def shown(mailbox: int) -> list[UUID]:
    return [letter.run for letter in opening.open_ebox(A, mailbox)]


@pytest.fixture
def before(installation: None) -> Iterator[None]:
    """The acceptance database as it was before, in a schema of its own."""
    connection = environment_connection(A)
    options = connection.settings_dict["OPTIONS"]
    usual = options["options"]
    with connection.cursor() as cursor:
        cursor.execute("create schema before")
    options["options"] = f"{usual} -c search_path=before"
    connection.close()
    try:
        migrate_to(BEFORE)
        yield
    finally:
        options["options"] = usual
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute("drop schema before cascade")


def test_what_an_old_process_stores_after_a_turn_is_kept(order: NewOrder) -> None:
    """Its rows are in the first table, which is emptied only once they are in blocks."""
    first = publish(order, [42])
    compacting.compact(A, PATIENT)
    old = store_as_before(order([42, 43], ticket="old"))
    clock.move(timedelta(hours=2))
    compacting.compact(A, PATIENT)
    assert shown(42) == [first]
    launch(old)
    publish(order, [44], ticket="later")
    assert compacting.compact(A, PATIENT).releases == 2
    clock.move(timedelta(hours=4))
    assert compacting.compact(A, PATIENT).cleared == 2
    assert shown(42) == [old, first]
    assert shown(43) == [old]


@pytest.mark.one_server
def test_an_old_process_stores_before_and_after_its_tables_are_migrated(order: NewOrder, before: None) -> None:
    """It had its connection already: only new ones are refused."""
    runs = [store_as_before(order([42], ticket="before"))]
    migrating.migrate_all()
    runs.append(store_as_before(order([42], ticket="after")))
    for run in runs:
        launch(run)
    compacting.compact(A, PATIENT)
    runs.append(launch(store_as_before(order([42], ticket="after a turn"))))
    for hours in (2, 4):
        clock.move(timedelta(hours=hours))
        compacting.compact(A, PATIENT)
        assert shown(42) == runs[::-1]
    assert set(Release.objects.using(A).values_list("generation", flat=True)) == {None}


@pytest.mark.one_server
def test_what_was_stored_without_its_table_is_repaired(order: NewOrder, before: None) -> None:
    """Where the tables were migrated before the database itself knew the first one."""
    migrate_to(("mailboxes", "0010_find_readings_by_mailbox"))
    with environment_connection(A).cursor() as cursor:
        cursor.execute("alter table release alter column generation drop default")
    run = store_as_before(order([42]))
    migrating.migrate_all()
    assert Release.objects.using(A).get().generation == 0
    launch(run)
    assert shown(42) == [run]


@pytest.mark.one_server
def test_the_rows_are_looked_at_before_anybody_has_to_wait(order: NewOrder, before: None) -> None:
    """Under the lock that keeps everybody out, the server relies on what was checked."""
    run = store_as_before(order([42]))
    connection, told = environment_connection(A), []
    with connection.cursor() as cursor:
        cursor.execute("set client_min_messages = debug1")
    connection.connection.add_notice_handler(lambda notice: told.append(notice.message_primary))
    migrate_to(("mailboxes", "0006_compact_audiences"))
    assert 'partition constraint for table "audience_0" is implied by existing constraints' in told
    migrating.migrate_all()
    launch(run)
    assert shown(42) == [run]
