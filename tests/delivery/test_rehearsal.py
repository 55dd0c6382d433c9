"""A rehearsal says what storing and launching then do, and leaves no trace."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from psycopg import sql
from tests.actors import master
from tests.delivery.conftest import NewPackage
from tests.reports.broadcasts import Broadcasts

from eboxcast.delivery.models import Batch, BatchState, Intent, Run
from eboxcast.delivery.runs import actions, rehearsal
from eboxcast.delivery.runs.preparation import check_for_sending
from eboxcast.delivery.runs.rehearsal import Rehearsal, rehearse
from eboxcast.delivery.runs.window import Window
from eboxcast.lib import clock
from eboxcast.mailboxes import preview
from eboxcast.mailboxes.errors import EverybodyHasIt, OtherContentVisible, OtherRecipientsVisible
from eboxcast.package.model import Package, Policies
from eboxcast.senders.models import MessageType, WithoutEbox
from eboxcast.targets.ebox_rest.options import EboxRestOptions

P = "production"
NO_WINDOW = Window()


@pytest.fixture
def broadcasts(installation: None, tmp_path: Path) -> Broadcasts:
    """An institution that sends and an operator who publishes."""
    return Broadcasts(tmp_path)


def rehearsed(package: Package, *, window: Window = NO_WINDOW, adds: bool = False) -> Rehearsal:
    """Rehearse for production."""
    return rehearse(package, environment=P, window=window, adds=adds, actor=master("olga"))


def rows() -> dict[tuple[str, str], int]:
    """Return how many rows each table of each database has."""
    counts = {}
    for alias in ("default", "acceptance", P):
        with connections[alias].cursor() as cursor:
            for table in connections[alias].introspection.table_names(cursor):
                cursor.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(table)))
                counts[alias, table] = cursor.fetchone()[0]
    return counts


def launched(run: Run) -> Run:
    """Launch at once."""
    return actions.launch(run, actor=master("olga"), window=NO_WINDOW, waiting=lambda moment: None)


def test_it_touches_no_table(package: NewPackage) -> None:
    """Neither new nor known, neither accepted nor refused leaves a row."""
    known, other, new = package(20), package(20, seed=7), package(5, ticket="new")
    launched(actions.prepare(known, environment=P, actor=master("ines")))
    before = rows()
    for given in (known, other, new):
        rehearsed(given)
    assert rows() == before
    assert before["default", "run"] == 1


def test_a_new_package_would_be_new(package: NewPackage) -> None:
    found = rehearsed(package(20))
    assert (found.answer.refusal, found.answer.same_as, found.recipients_count) == (None, None, 20)


def test_the_same_package_is_named_with_its_run(package: NewPackage) -> None:
    given = package(20)
    run = actions.prepare(given, environment=P, actor=master("ines"))
    found = rehearsed(given)
    assert (found.answer.same_as, found.answer.state) == (run.id, "prepared")
    assert found.duration.storing_seconds == 0


def test_who_would_lose_his_place_is_named(package: NewPackage) -> None:
    run = actions.prepare(package(20), environment=P, actor=master("ines"))
    assert rehearsed(package(30, seed=7)).answer.supersedes == (run.id,)


def test_an_interrupted_preparation_is_continued(package: NewPackage) -> None:
    given = package(20)
    run = actions.prepare(given, environment=P, actor=master("ines"))
    with connections[P].cursor() as cursor:
        cursor.execute("delete from release; delete from message; delete from audience")
    assert rehearsed(given).answer.continues == run.id


def test_a_refusal_is_foreseen_with_its_reason(package: NewPackage) -> None:
    launched(actions.prepare(package(20), environment=P, actor=master("ines")))
    assert isinstance(rehearsed(package(30, seed=7)).answer.refusal, OtherRecipientsVisible | OtherContentVisible)


def first_list_only(broadcasts: Broadcasts, directory: Path) -> Package:
    """Check a package without its second list, which stays aside."""
    second = next(directory.glob("*2.csv"))
    second.rename(broadcasts.folder / "aside.csv")
    checked = check_for_sending(directory, policies=Policies()).package
    (broadcasts.folder / "aside.csv").rename(second)
    assert checked
    return checked


def test_adding_counts_who_has_it_already(broadcasts: Broadcasts) -> None:
    directory = broadcasts.directory(40)
    first = broadcasts.launched(
        actions.prepare(first_list_only(broadcasts, directory), environment=P, actor=master("i"))
    )
    both = check_for_sending(directory, policies=Policies()).package
    assert both
    found = rehearsed(both, adds=True)
    stored = actions.prepare(both, environment=P, actor=master("i"), adds=True)
    assert (found.answer.already_count, found.recipients_count) == (stored.already_count, stored.recipients_count)
    assert found.answer.already_count == first.recipients_count == 20


def test_everybody_has_it_is_foreseen(broadcasts: Broadcasts) -> None:
    directory = broadcasts.directory(40)
    both = check_for_sending(directory, policies=Policies()).package
    assert both
    broadcasts.launched(actions.prepare(both, environment=P, actor=master("i")))
    found = rehearsed(first_list_only(broadcasts, directory), adds=True)
    assert isinstance(found.answer.refusal, EverybodyHasIt)


@pytest.mark.parametrize("policy", WithoutEbox)
def test_who_has_no_ebox_is_what_the_launch_finds(broadcasts: Broadcasts, policy: WithoutEbox) -> None:
    given = broadcasts.package(40)
    broadcasts.give_eboxes(P, given.keys)
    MessageType.objects.update(without_ebox=policy)
    found = rehearsed(given)
    run = launched(actions.prepare(given, environment=P, actor=master("ines")))
    assert found.states is not None
    assert found.refused_by_policy_count == run.refused_count == (12 if policy == WithoutEbox.REFUSE else 0)
    if policy == WithoutEbox.PUBLISH:
        counts = (run.never_activated_count, run.deactivated_count, run.not_ebox_only_count)
        assert tuple(vars(found.states).values()) == counts == (8, 4, 12)


def test_replaced_numbers_are_counted(package: NewPackage) -> None:
    given = package(20)
    old = int(given.keys[3])
    with connections[P].cursor() as cursor:
        cursor.execute("insert into ebox_successor values (%s, %s, %s)", [old % 16381, old, old + 1_000_000])
    assert rehearsed(given).moved_count == 1


def test_without_a_measurement_the_rate_is_assumed(package: NewPackage) -> None:
    duration = rehearsed(package(20)).duration
    assert (duration.storing_rate.runs_count, duration.launching_rate.runs_count) == (0, 0)
    assert duration.storing_rate.per_second == rehearsal.ASSUMED_STORING


def test_the_rate_is_that_of_the_last_runs(package: NewPackage) -> None:
    """From their own moments: a minute for twenty recipients is a third of one per second."""
    launched(actions.prepare(package(20), environment=P, actor=master("ines")))
    for intent in Intent.objects.exclude(done_at=None):
        Intent.objects.filter(id=intent.id).update(asked_at=intent.done_at - timedelta(seconds=60))
    duration = rehearsed(package(20, ticket="t2")).duration
    assert duration.storing_rate.per_second == pytest.approx(1 / 3)
    assert (duration.storing_seconds, duration.launching_seconds) == pytest.approx((60, 60))


def test_a_few_say_nothing_about_many(package: NewPackage) -> None:
    launched(actions.prepare(package(20), environment=P, actor=master("ines")))
    assert rehearsal.rate_of_storing(P, 200).runs_count == 1
    assert rehearsal.rate_of_storing(P, 201).runs_count == 0


def test_the_window_is_held_against_the_duration(package: NewPackage) -> None:
    given, now = package(20), clock.now()
    tomorrow = now + timedelta(days=1)
    late = rehearsed(given, window=Window(not_before=tomorrow, not_after=tomorrow)).duration
    in_time = rehearsed(given, window=Window(not_before=tomorrow, not_after=tomorrow + timedelta(hours=1))).duration
    assert not late.fits
    assert in_time.fits
    assert in_time.spare_seconds == pytest.approx(3600, abs=1)


@pytest.mark.one_server
def test_the_space_foreseen_is_about_the_space_taken(package: NewPackage) -> None:
    """Exactly it cannot be: pages are filled by halves."""
    given = package(6000)
    foreseen = preview.bytes_of_audience(P, 6000)
    with connections[P].cursor() as cursor:
        cursor.execute("vacuum full audience")
        actions.prepare(given, environment=P, actor=master("ines"))
        cursor.execute("select sum(pg_total_relation_size(relid)) from pg_partition_tree('audience')")
        taken = cursor.fetchone()[0]
    assert 0.6 < foreseen / taken < 1.6


@pytest.fixture
def remote(monkeypatch: pytest.MonkeyPatch) -> EboxRestOptions:
    """Production publishes to a provider that is not asked."""
    options = EboxRestOptions(base_url="http://127.0.0.1:1", largest_call=10, parallel=2)
    monkeypatch.setattr(settings, "EBOXCAST_TARGETS", {**settings.EBOXCAST_TARGETS, P: options})
    return options


def test_the_calls_to_a_provider_are_counted_as_they_will_be_cut(package: NewPackage, remote: EboxRestOptions) -> None:
    found = rehearsed(package(95))
    assert found.states is None
    assert found.remote is not None
    assert 1 + 10 <= found.remote.calls_count <= 1 + 12
    assert found.duration.launching_rate.per_second == rehearsal.ASSUMED_LINKING * 2


def test_one_by_one_is_a_call_each_at_the_configured_rate(
    package: NewPackage, remote: EboxRestOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = replace(remote, links=False, rate=0.5)
    monkeypatch.setattr(settings, "EBOXCAST_TARGETS", {**settings.EBOXCAST_TARGETS, P: changed})
    found = rehearsed(package(20))
    assert found.remote is not None
    assert (found.remote.calls_count, found.duration.launching_seconds) == (20, 40)


@pytest.mark.usefixtures("remote")
def test_the_speed_of_a_lane_leaves_pauses_out(package: NewPackage) -> None:
    """Two batches of ten, five seconds each, with an hour between them: a third batch tells nothing more."""
    run = actions.prepare(package(30), environment=P, actor=master("ines"))
    start = clock.now() - timedelta(days=1)
    Run.objects.update(launched_at=start, parallel=2)
    moments = (start + timedelta(seconds=5), start + timedelta(seconds=10), start + timedelta(hours=1))
    for number, moment in enumerate(moments, start=1):
        Batch.objects.create(
            run=run,
            number=number,
            first_bucket=0,
            last_bucket=0,
            recipients_count=10,
            state=BatchState.DONE,
            done_at=moment,
        )
    rate = rehearsal.rate_of_a_lane(P, 30, links=True)
    assert rate.runs_count == 1
    assert rate.per_second == pytest.approx(20 / 10 / 2)
