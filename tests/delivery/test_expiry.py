"""Personal data go when their time has come, on record before and after; counts stay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import override_settings
from tests.actors import master
from tests.audit.without_entries import Control, no_entries_of
from tests.reports.broadcasts import OPERATOR, Broadcasts

from eboxcast.audit.models import Entry
from eboxcast.database.errors import DatabaseTrouble
from eboxcast.delivery import expiry
from eboxcast.delivery.expiry import Step, expire, foresee_expiry
from eboxcast.delivery.models import Action, Run, State
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.intents import intend
from eboxcast.delivery.runs.settlement import settle
from eboxcast.lib import clock
from eboxcast.lib.formatting import iso
from eboxcast.mailboxes import fence
from eboxcast.mailboxes.expiring import find_due
from eboxcast.mailboxes.models import Audience, Outcome, RejectedRows
from eboxcast.reports.certificate import certificate_of

A, P = "acceptance", "production"
PassDays = Callable[[int], None]


@pytest.fixture
def broadcasts(installation: None, tmp_path: Path) -> Broadcasts:
    return Broadcasts(tmp_path)


@pytest.fixture
def pass_days() -> PassDays:
    def pass_them(days: int) -> None:
        clock.move(clock.offset() + timedelta(days=days))

    return pass_them


def steps(environment: str = P) -> list[Step]:
    return [done.step for done in expire(environment, actor=master(OPERATOR))]


def told(run: Run, ending: str) -> list[dict[str, object]]:
    entries = Entry.objects.filter(run=run.id, action=f"run.personal_data_{ending}").order_by("id")
    return [entry.data for entry in entries]


def test_a_fresh_publication_keeps_everything(broadcasts: Broadcasts) -> None:
    broadcasts.published()
    assert steps() == []


def test_the_lists_that_name_people_go_after_the_report(broadcasts: Broadcasts, pass_days: PassDays) -> None:
    run = broadcasts.published(recipients=100, faulty=True)
    outcomes = sum(len(row.keys) for row in Outcome.objects.using(P).all())
    pass_days(31)
    assert steps() == [Step.DELETED]
    assert not Outcome.objects.using(P).exists()
    assert not RejectedRows.objects.using(P).exists()
    assert Audience.objects.using(P).exists()
    due_at = iso(fence.get_release(P, run.id).visible_at + timedelta(days=30))
    by_rule = {"rule": {"outcomes": "report-over"}, "due_at": {"outcomes": due_at}}
    assert told(run, "deletion_intended") == [{"audience": False, "outcomes": True, **by_rule}]
    counts = {"recipients": 0, "readings": 0, "outcomes": outcomes}
    assert told(run, "deleted") == [{"audience": False, **by_rule, **counts}]
    assert outcomes > 0


def test_counts_and_digests_stay_and_the_salt_goes(broadcasts: Broadcasts, pass_days: PassDays) -> None:
    run = broadcasts.published()
    before = certificate_of(run)
    pass_days(400)
    assert steps() == [Step.DELETED]
    after = certificate_of(settle(run))
    assert not Audience.objects.using(P).exists()
    assert before.audience is not None
    assert after.audience is not None
    assert after.recipients is not None
    assert (after.recipients.published, after.recipients.refused_by_reason) == (40, None)
    assert after.audience.published_sha256 == before.audience.published_sha256
    assert not bytes(fence.get_release(P, run.id).salt) + bytes(Run.objects.get(id=run.id).salt or b"")
    (deleted,) = told(run, "deleted")
    assert deleted["recipients"] == 40
    assert deleted["rule"] == {"audience": "message-expired", "outcomes": "report-over"}


def test_a_discarded_run_loses_its_audience_after_a_week(broadcasts: Broadcasts, pass_days: PassDays) -> None:
    actions.discard(broadcasts.prepared(), actor=master(OPERATOR), reason="no need")
    pass_days(6)
    assert steps() == []
    pass_days(1)
    assert steps() == [Step.DELETED]
    assert not Audience.objects.using(P).exists()
    (run,) = Run.objects.all()
    assert told(run, "deleted")[0]["rule"] == {"audience": "run-discarded", "outcomes": "run-discarded"}


def test_what_nobody_launches_is_warned_of_and_then_given_up(broadcasts: Broadcasts, pass_days: PassDays) -> None:
    run = broadcasts.prepared()
    pass_days(24)
    assert steps() == [Step.WARNED]
    assert settle(run).state == State.PREPARED
    pass_days(6)
    assert steps() == [Step.DISCARDED]
    assert settle(run).state == State.DISCARDED
    assert Entry.objects.get(run=run.id, action="run.discarded").by == "eboxcast"


def test_days_are_those_of_the_settings(broadcasts: Broadcasts, pass_days: PassDays) -> None:
    broadcasts.published()
    pass_days(3)
    with override_settings(EBOXCAST_REPORT_DAYS=2):
        assert steps() == [Step.DELETED]


def test_foreseeing_says_the_same_and_changes_nothing(broadcasts: Broadcasts, pass_days: PassDays) -> None:
    broadcasts.published()
    broadcasts.prepared()
    pass_days(40)
    entries = Entry.objects.count()
    foreseen = [done.step for done in foresee_expiry(P, actor=master("olga"))]
    assert Entry.objects.count() == entries
    assert foreseen == steps() == [Step.DELETED, Step.DISCARDED]
    assert steps() == []


def test_one_environment_is_not_the_other(broadcasts: Broadcasts, pass_days: PassDays) -> None:
    broadcasts.published(A)
    pass_days(40)
    assert steps(P) == []
    assert steps(A) == [Step.DELETED]


def test_a_run_whose_launch_has_begun_is_left_to_people(
    broadcasts: Broadcasts, pass_days: PassDays, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = broadcasts.prepared()
    intend(run, Action.LAUNCH, by=OPERATOR, changes={"state": State.RUNNING})
    pass_days(31)
    assert steps() == [Step.BUSY]
    assert settle(run).state == State.RUNNING


def test_what_was_deleted_and_not_recorded_is_put_on_record(
    broadcasts: Broadcasts, pass_days: PassDays, sweepers: Control
) -> None:
    run = broadcasts.published()
    pass_days(40)
    with no_entries_of(sweepers, expiry.DELETED), pytest.raises(DatabaseTrouble):
        list(expire(P, actor=master(OPERATOR)))
    assert told(run, "deleted") == []
    assert steps() == [Step.RECORDED]
    assert told(run, "deleted")[0]["rule"] == {"outcomes": "report-over"}
    assert steps() == []


def test_what_was_intended_and_not_deleted_is_still_due(
    broadcasts: Broadcasts, pass_days: PassDays, sweepers: Control
) -> None:
    run = broadcasts.published()
    pass_days(40)
    sweepers[2].execute("revoke delete on outcome from eboxcast_production")
    with pytest.raises(DatabaseTrouble):
        list(expire(P, actor=master(OPERATOR)))
    sweepers[2].execute("grant delete on outcome to eboxcast_production")
    assert len(list(find_due(P, expiry.retention()))) == 1
    assert steps() == [Step.DELETED]
    assert len(told(run, "deleted")) == 1
