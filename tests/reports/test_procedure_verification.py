"""What the records of a broadcast say is what the audit has of it, or it is noticed which of them is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import psycopg
import pytest
from django.db import transaction
from tests.actors import master
from tests.broadcasts import people as p
from tests.delivery.conftest import story as story  # the fixture
from tests.delivery.procedure import ANNE, SHORT, Story
from tests.moments import pass_time
from tests.reports import eventful as e
from tests.reports.broadcasts import Broadcasts

from eboxcast.audit.anchoring import DROPPED
from eboxcast.audit.models import Anchor, Entry
from eboxcast.broadcasts import acceptance, requests
from eboxcast.broadcasts.models import Broadcast, Decision, Go, Lateness, SeenIn, Verdict, Waiver
from eboxcast.delivery.expiry import expire
from eboxcast.delivery.models import Run
from eboxcast.lib import clock
from eboxcast.reports.procedure_verification import verify_records
from eboxcast.reports.schemas import RecordCheck
from eboxcast.reports.verification import AudienceDeleted, verify

ADA = master("ada")


def found(run: Run) -> dict[str, list[str]]:
    """Return the entries by what was found of them."""
    verification = verify(run, actor=ADA)
    assert verification.good is not any(record.differs for record in verification.records)
    return by_finding(verification.records)


def by_finding(records: Iterable[RecordCheck]) -> dict[str, list[str]]:
    by: dict[str, list[str]] = {}
    for record in records:
        by.setdefault(record.finding, []).append(record.action.removeprefix("broadcast."))
    return by


def wrong_in(run: Run) -> dict[str, list[str]]:
    return {finding: actions for finding, actions in found(run).items() if finding != "agrees"}


def wrong_among(records: Iterable[RecordCheck]) -> dict[str, list[str]]:
    return by_finding(record for record in records if record.differs)


@pytest.mark.parametrize("launched", [e.launched_by_hand, e.launched_by_the_steward])
def test_every_record_of_an_eventful_broadcast_agrees(story: Story, launched: Callable[[Broadcast], Run]) -> None:
    run = launched(e.eventful(story))
    armed = ["armed"] if launched is e.launched_by_the_steward else []
    assert found(run) == {
        "agrees": [
            *("requested", "accepted", "postponed", "date_agreed", "accepted"),
            *("files_delivered", "judged", "judged"),
            *("files_delivered", "judged", "judged", "judged", "approved"),
            *("reconfirmed", "waived", "files_delivered", "go_given"),
            *("go_void", "files_delivered", "go_given", *armed, "launched"),
        ]
    }


def test_doing_it_again_leaves_nothing_that_lacks_its_record(story: Story) -> None:
    broadcast = e.eventful(story)
    requests.waive(broadcast, actor=p.INES, what=Lateness.RECONFIRMATION, reason="asked for in time")
    requests.reconfirm(broadcast, actor=ANNE)
    assert wrong_in(e.launched_by_hand(broadcast)) == {}


def test_the_same_results_again_leave_nothing_that_lacks_its_record(story: Story) -> None:
    broadcast = story.tested()
    for _ in range(2):
        acceptance.judge(broadcast, actor=ANNE, seen=p.seen(SHORT), seen_in=SeenIn.PROOF)
    assert wrong_in(Run.objects.get(id=broadcast.acceptance_run)) == {}


def _other_giver() -> None:
    Go.objects.filter(void_at=None).update(given_by="lou")


def _other_lists() -> None:
    Go.objects.filter(void_at=None).update(lists_digest=b"x" * 32)


def _go_removed() -> None:
    Go.objects.filter(void_at=None).delete()


def _valid_again() -> None:
    Go.objects.filter(void_at=None).delete()
    Go.objects.update(void_at=None, void_why="")


def _failure_removed() -> None:
    Verdict.objects.filter(passed=False).first().delete()  # type: ignore[union-attr]


def _failure_passed() -> None:
    Verdict.objects.filter(passed=False, check_name="expiry").update(passed=True)


def _other_decider() -> None:
    Decision.objects.filter(void_at=None, side="validator").update(by="ines")


def _waiver_invented() -> None:
    broadcast = Broadcast.objects.get()
    broadcast.waivers.create(what=Lateness.ACCEPTANCE, reason="none", at=clock.now(), by="ines")


def _waiver_removed() -> None:
    Waiver.objects.all().delete()


def _other_launcher() -> None:
    Broadcast.objects.update(launched_by="bram")


CHANGES: dict[Callable[[], None], dict[str, list[str]]] = {
    _other_giver: {"differs": ["go_given"]},
    _other_lists: {"differs": ["go_given"]},
    _go_removed: {"unrecorded": ["go_given"]},
    _valid_again: {"unrecorded": ["go_void", "go_given"]},
    _failure_removed: {"unrecorded": ["judged"]},
    _failure_passed: {"differs": ["judged"]},
    _other_decider: {"missing": ["accepted"], "unrecorded": ["date_agreed"]},
    _waiver_invented: {"missing": ["waived"]},
    _waiver_removed: {"unrecorded": ["waived"]},
    _other_launcher: {"differs": ["launched"]},
}


def test_a_record_that_was_changed_is_found(story: Story) -> None:
    """Each change is rolled back before the next: the broadcast takes seconds to play."""
    assert wrong_in(e.launched_by_hand(e.eventful(story))) == {}
    seen = {}
    for change in CHANGES:
        with transaction.atomic():
            change()
            seen[change] = wrong_among(verify_records(Broadcast.objects.get()))
            transaction.set_rollback(True)
    assert seen == CHANGES


def test_an_entry_that_was_changed_with_its_record_is_found(
    story: Story, sweepers: list[psycopg.Connection[tuple[object, ...]]]
) -> None:
    """Triggers forbid it to everybody else."""
    run = Run.objects.get(id=story.published().production_run)
    verify(run, actor=ADA)
    Go.objects.update(given_by="lou")
    sweepers[0].execute("update audit_entry set by = 'lou' where action = 'broadcast.go_given'")
    assert wrong_in(run) == {"altered": ["go_given"]}


def test_what_the_audit_had_of_a_year_that_was_deleted_can_no_longer_be_verified(
    story: Story, sweepers: list[psycopg.Connection[tuple[object, ...]]]
) -> None:
    run = Run.objects.get(id=story.published().production_run)
    for table in ("audit_entry", "audit_seal"):
        sweepers[0].execute(f"delete from {table}".encode())  # noqa: S608  # of this file
    now = clock.now()
    Anchor.objects.create(segment=2027, made_at=now, number=1, digest=bytes(32), kind=DROPPED, dropped=2027)
    assert list(found(run)) == ["deleted"]


def test_a_run_outside_a_broadcast_has_no_records(broadcasts: Broadcasts) -> None:
    verification = verify(broadcasts.published(), actor=ADA)
    assert (verification.broadcast, verification.records) == (None, ())


def test_the_procedure_can_be_verified_after_the_audience_was_deleted(story: Story) -> None:
    run = Run.objects.get(id=story.published().production_run)
    pass_time(days=3650)
    list(expire("production", actor=master("cron")))
    verification = verify(run, actor=ADA)
    assert verification.good
    assert [check.held for check in verification.checks if check.deleted] == [None] * 3
    assert {record.finding for record in verification.records} == {"agrees"}
    with pytest.raises(AudienceDeleted):
        verify(run, actor=ADA, with_salt=True)


def test_verifying_leaves_no_entry_of_its_own(story: Story) -> None:
    run = Run.objects.get(id=story.published().production_run)
    before = Entry.objects.count()
    verify(run, actor=ADA)
    assert Entry.objects.count() == before
