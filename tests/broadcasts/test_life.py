"""A broadcast from request to closing, and what each guard answers when something is missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.test import override_settings
from tests.broadcasts import people as p

from eboxcast.audit.models import Entry
from eboxcast.broadcasts import acceptance, aftermath, contacts, errors, production, requests, scheduling
from eboxcast.broadcasts.calendar_changes import black_out, close_day
from eboxcast.broadcasts.models import Broadcast, Check, Lateness, SeenIn, State
from eboxcast.broadcasts.progress import standing_of
from eboxcast.broadcasts.states import ENDED, TABLE, TRANSITIONS, Action
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor, NotYourRole, Role
from eboxcast.lib.telling import next_actions
from eboxcast.senders.models import MessageType

pytestmark = pytest.mark.usefixtures("january")


def codes(refusal: errors.NotReady) -> set[str]:
    return {type(part).code for part in refusal.parts if isinstance(part, errors.Missing)}


def test_from_request_to_closing() -> None:
    broadcast = p.published()
    aftermath.reported(broadcast, actor=p.INES, counts={})
    aftermath.tell_statistics(broadcast, actor=p.INES, readings={"read": 90_000})
    aftermath.close(broadcast, actor=p.INES)
    assert broadcast.state == State.CLOSED
    told = list(Entry.objects.filter(broadcast=broadcast.id).order_by("at", "id").values_list("action", flat=True))
    assert told[:4] == ["broadcast.requested", "broadcast.accepted", "broadcast.accepted", "broadcast.scheduled"]
    assert told[-1] == "broadcast.closed"
    assert standing_of(broadcast).steps == ()


def test_several_languages_are_several_broadcasts_of_one_campaign() -> None:
    french, dutch = requests.request(p.wanted(expected={"fr": 1, "nl": 2}), actor=p.ANNE)
    assert (french.language, dutch.language) == ("fr", "nl")
    assert french.campaign == dutch.campaign is not None
    assert french.number != dutch.number


def test_one_side_alone_does_not_schedule() -> None:
    broadcast = p.requested()
    scheduling.accept(broadcast, actor=p.INES, day=p.DAY)
    assert broadcast.state == State.REQUESTED
    assert standing_of(broadcast).steps[0].turn == (Role.VALIDATOR,)


def test_a_postponement_offers_dates_and_the_other_side_decides_about_the_one_taken() -> None:
    broadcast = p.scheduled()
    later = date(2027, 2, 22)
    scheduling.postpone(broadcast, actor=p.VERA, reason="network works", dates=[later])
    assert (broadcast.state, broadcast.date) == (State.POSTPONED, None)
    with pytest.raises(errors.DateNotOffered):
        scheduling.agree(broadcast, actor=p.ANNE, day=p.DAY)
    scheduling.agree(broadcast, actor=p.ANNE, day=later)
    scheduling.accept(broadcast, actor=p.INES, day=later)
    assert (broadcast.state, broadcast.date) == (State.SCHEDULED, later)


def test_moving_the_date_voids_the_go_and_goes_on_where_the_files_were() -> None:
    broadcast = p.confirmed()
    later = date(2027, 3, 8)
    scheduling.want(broadcast, actor=p.ANNE, dates=[later])
    scheduling.accept(broadcast, actor=p.VERA, day=later)
    scheduling.accept(broadcast, actor=p.INES, day=later)
    assert broadcast.state == State.PRODUCTION_DELIVERED
    assert broadcast.gos.get().void_at is not None
    with pytest.raises(errors.NotReady) as refused:
        production.give_go(broadcast, actor=p.BRAM, named=p.named(broadcast))
    assert codes(refused.value) == {"broadcast.not-reconfirmed"}


def test_a_late_reconfirmation_needs_a_waiver_by_name() -> None:
    broadcast = p.approved()
    p.set_clock("2027-02-02T09:00")
    requests.reconfirm(broadcast, actor=p.ANNE)
    production.receive_for_production(broadcast, actor=p.ANNE, delivered=p.files())
    with pytest.raises(errors.NotReady) as refused:
        production.give_go(broadcast, actor=p.BRAM, named=p.named(broadcast))
    assert codes(refused.value) == {"broadcast.reconfirmed-late"}
    with pytest.raises(errors.ReasonMissing):
        requests.waive(broadcast, actor=p.INES, what=Lateness.RECONFIRMATION, reason=" ")
    requests.waive(broadcast, actor=p.INES, what=Lateness.RECONFIRMATION, reason="ill; agreed by phone")
    assert production.give_go(broadcast, actor=p.BRAM, named=p.named(broadcast)).state == State.CONFIRMED


def test_late_files_for_acceptance_need_a_waiver_by_name() -> None:
    broadcast = p.scheduled()
    requests.reconfirm(broadcast, actor=p.ANNE)
    p.set_clock("2027-02-09T00:00")
    acceptance.receive_for_acceptance(broadcast, actor=p.ANNE, delivered=p.files())
    due = [reason.data["due"] for reason in standing_of(broadcast).late]
    assert due == [datetime(2027, 2, 8, 23, 59, 59, 999_999, clock.BRUSSELS)]
    requests.waive(broadcast, actor=p.INES, what=Lateness.ACCEPTANCE, reason="agreed")
    assert standing_of(broadcast).late == ()


def test_only_a_complete_verdict_approves() -> None:
    broadcast = p.tested()
    acceptance.judge(broadcast, actor=p.ANNE, seen=p.seen()[:-1], seen_in=SeenIn.PROOF)
    with pytest.raises(errors.NotReady) as refused:
        acceptance.approve(broadcast, actor=p.ANNE)
    assert codes(refused.value) == {"broadcast.verdict-incomplete"}
    acceptance.judge(broadcast, actor=p.ANNE, seen=p.seen()[-1:], seen_in=SeenIn.EBOX)
    assert acceptance.approve(broadcast, actor=p.ANNE).state == State.APPROVED


def one_check(*, passed: bool, remark: str = "") -> list[acceptance.Seen]:
    return [acceptance.Seen(recipient=1, check=Check.TITLE, passed=passed, remark=remark)]


def found_of_title(broadcast: Broadcast) -> list[tuple[bool, str]]:
    found = broadcast.verdicts.filter(recipient=1, check_name=Check.TITLE)
    return [(one.passed, one.remark) for one in found]


def test_a_failed_check_is_never_replaced() -> None:
    broadcast = p.tested()
    acceptance.judge(
        broadcast, actor=p.ANNE, seen=one_check(passed=False, remark="the end is missing"), seen_in=SeenIn.EBOX
    )
    with pytest.raises(errors.CorrectionUnexplained):
        acceptance.judge(broadcast, actor=p.ANNE, seen=p.seen(), seen_in=SeenIn.EBOX)
    assert found_of_title(broadcast) == [(False, "the end is missing")]
    acceptance.judge(broadcast, actor=p.ANNE, seen=one_check(passed=True, remark="my window"), seen_in=SeenIn.EBOX)
    acceptance.judge(broadcast, actor=p.ANNE, seen=p.seen(), seen_in=SeenIn.EBOX)
    assert found_of_title(broadcast) == [(False, "the end is missing"), (True, "my window")]
    assert acceptance.approve(broadcast, actor=p.ANNE).state == State.APPROVED


def test_the_last_verdict_of_a_check_counts() -> None:
    broadcast = p.tested()
    acceptance.judge(broadcast, actor=p.ANNE, seen=p.seen(), seen_in=SeenIn.EBOX)
    acceptance.judge(broadcast, actor=p.ANNE, seen=one_check(passed=False), seen_in=SeenIn.EBOX)
    with pytest.raises(errors.NotReady):
        acceptance.approve(broadcast, actor=p.ANNE)
    assert Entry.objects.filter(action="broadcast.judged").latest("id").data["corrected"] == 1


def test_the_same_command_again_notes_nothing_twice() -> None:
    broadcast = p.tested()
    for _ in range(2):
        acceptance.judge(broadcast, actor=p.ANNE, seen=p.seen(), seen_in=SeenIn.EBOX)
    assert broadcast.verdicts.count() == len(p.seen())


def test_only_a_test_that_failed_nowhere_leads_to_approval() -> None:
    broadcast = p.tested()
    assert [step.action for step in standing_of(broadcast).steps][-1] == Action.JUDGE
    acceptance.judge(broadcast, actor=p.ANNE, seen=one_check(passed=False), seen_in=SeenIn.EBOX)
    assert Action.REJECT in {step.action for step in standing_of(broadcast).steps}
    acceptance.judge(broadcast, actor=p.ANNE, seen=one_check(passed=True, remark="x"), seen_in=SeenIn.EBOX)
    acceptance.judge(broadcast, actor=p.ANNE, seen=p.seen(), seen_in=SeenIn.EBOX)
    assert Action.APPROVE in {step.action for step in standing_of(broadcast).steps}


def test_other_files_than_approved_are_refused() -> None:
    broadcast = p.approved()
    with pytest.raises(errors.FilesDiffer):
        production.receive_for_production(broadcast, actor=p.ANNE, delivered=p.files(document=b"x" * 32))


def test_a_file_changed_after_the_go_voids_it() -> None:
    broadcast = p.confirmed()
    production.receive_for_production(broadcast, actor=p.ANNE, delivered=p.files(lists=b"x" * 32))
    assert broadcast.state == State.PRODUCTION_DELIVERED
    assert broadcast.gos.get().void_why == "new files for production"


@pytest.mark.parametrize("field", ["moment", "files", "short"])
def test_a_go_for_something_else_is_refused(field: str) -> None:
    broadcast = p.delivered()
    right = p.named(broadcast)
    named = {
        "moment": production.Named(agreed_at=right.agreed_at.replace(hour=20), files=right.files),
        "files": production.Named(agreed_at=right.agreed_at, files="0" * 12),
        "short": production.Named(agreed_at=right.agreed_at, files=right.files[:7]),
    }
    with pytest.raises(errors.GoDiffers):
        production.give_go(broadcast, actor=p.BRAM, named=named[field])


def _no_contacts(broadcast: Broadcast) -> None:
    broadcast.contacts.all().delete()


def _not_warned(broadcast: Broadcast) -> None:
    Broadcast.objects.filter(id=broadcast.id).update(contact_centre_warned_at=None)


def _go_void(broadcast: Broadcast) -> None:
    broadcast.gos.update(void_at=broadcast.changed_at, void_why="test")


def _go_by_launcher(broadcast: Broadcast) -> None:
    broadcast.gos.update(given_by=p.LOU.name)


def _type_gone(broadcast: Broadcast) -> None:
    MessageType.objects.update(production_at=None)


def _too_early(broadcast: Broadcast) -> None:
    p.set_clock("2027-02-15T17:59")


def _too_late(broadcast: Broadcast) -> None:
    p.set_clock("2027-02-16T06:00")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_no_contacts, "broadcast.contacts-missing"),
        (_not_warned, "broadcast.contact-centre-not-warned"),
        (_go_void, "broadcast.no-go"),
        (_go_by_launcher, "broadcast.same-person"),
        (_type_gone, "broadcast.type-not-in-production"),
        (_too_early, "broadcast.outside-window"),
        (_too_late, "broadcast.outside-window"),
    ],
)
def test_a_launch_says_what_is_missing(spoil: Callable[[Broadcast], None], code: str) -> None:
    broadcast = p.ready()
    p.set_clock("2027-02-15T18:30")
    spoil(broadcast)
    with pytest.raises(errors.NotReady) as refused:
        production.launched(broadcast, actor=p.LOU)
    assert codes(refused.value) == {code}
    broadcast.refresh_from_db()
    assert broadcast.state == State.CONFIRMED


@pytest.mark.parametrize("action", Action)
def test_only_the_roles_of_the_table_may(action: Action) -> None:
    """Each row names its roles; the steward alone has those without."""
    rows = [row for row in TABLE if row.action == action]
    assert rows
    assert all(row.roles or row.by_itself for row in rows)


def test_somebody_without_the_role_is_told_who_may() -> None:
    broadcast = p.requested()
    with pytest.raises(NotYourRole) as refused:
        scheduling.accept(broadcast, actor=p.LOU, day=p.DAY)
    assert "validator" in str(refused.value.data["roles"])


def test_another_institution_does_not_see_it() -> None:
    broadcast = p.requested()
    with pytest.raises(errors.BroadcastNotFound):
        scheduling.cancel(broadcast, actor=p.ELSE_WHERE, reason="mine?")


def test_every_state_but_the_last_has_a_way_on() -> None:
    for state in State:
        leads_on = [row for (source, _), row in TRANSITIONS.items() if source == state and row.target != state]
        assert bool(leads_on) != (state in ENDED), state


def test_who_gave_the_go_cannot_launch_and_a_date_in_the_past_cannot_be_wanted() -> None:
    with pytest.raises(errors.DateInThePast):
        p.requested(dates=(date(2027, 1, 18),))


def test_a_contact_of_an_unknown_team_is_refused() -> None:
    with pytest.raises(errors.TeamUnknown):
        contacts.set_contact(p.requested(), actor=p.INES, team="nobody", name="Somebody", email="a@b.be")


def test_a_reason_goes_with_the_state_it_explains() -> None:
    broadcast = p.requested()
    assert scheduling.postpone(broadcast, actor=p.INES, reason="works", dates=[p.DAY]).reason == "works"
    assert scheduling.agree(broadcast, actor=p.ANNE, day=p.DAY).reason == ""
    assert scheduling.refuse(broadcast, actor=p.VERA, reason="no").reason == "no"


def test_a_reason_stays_while_its_state_does() -> None:
    broadcast = acceptance.reject(p.tested(), actor=p.ANNE, reason="title")
    acceptance.note_rejected_files(
        broadcast, actor=p.ANNE, environment="acceptance", via="command", files=[], faults={"E101": 1}
    )
    requests.reconfirm(broadcast, actor=p.ANNE)
    assert (broadcast.state, broadcast.reason) == ("rejected", "title")
    p.set_clock("2027-02-16T06:00")
    assert scheduling.miss(broadcast).reason == ""


@pytest.mark.parametrize("side", [p.VERA, p.INES])
def test_nobody_accepts_a_date_that_has_passed(side: Actor) -> None:
    broadcast = p.requested()
    p.set_clock("2027-02-16T09:00")
    with pytest.raises(errors.DateInThePast):
        scheduling.accept(broadcast, actor=side, day=p.DAY)


def test_the_first_side_too_is_refused_a_date_in_conflict() -> None:
    broadcast = p.requested()
    close_day(p.DAY, reason="bridge", actor=p.INES)
    with pytest.raises(errors.DateNotFree):
        scheduling.accept(broadcast, actor=p.VERA, day=p.DAY)
    assert not broadcast.decisions.exists()


def test_once_the_wanted_dates_have_passed_others_are_proposed_or_wanted() -> None:
    broadcast = p.requested()
    p.set_clock("2027-02-15T12:00")
    assert [step.action for step in standing_of(broadcast).steps] == [Action.ACCEPT]
    p.set_clock("2027-02-16T09:00")
    assert [step.action for step in standing_of(broadcast).steps] == [Action.POSTPONE, Action.WANT]
    scheduling.postpone(broadcast, actor=p.INES, reason="it has passed", dates=[date(2027, 3, 15)])
    assert [step.action for step in standing_of(broadcast).steps] == [Action.AGREE]
    p.set_clock("2027-03-16T09:00")
    assert [step.action for step in standing_of(broadcast).steps] == [Action.WANT]
    with pytest.raises(errors.DateInThePast):
        scheduling.agree(broadcast, actor=p.ANNE, day=date(2027, 3, 15))


def test_a_side_that_accepted_a_date_which_has_passed_decides_again() -> None:
    later = date(2027, 3, 15)
    broadcast = p.requested(dates=(p.DAY, later))
    scheduling.accept(broadcast, actor=p.VERA, day=p.DAY)
    p.set_clock("2027-02-16T09:00")
    assert standing_of(broadcast).steps[0].turn == (Role.VALIDATOR, Role.INTEGRATION)


SATURDAY, HOLIDAY = date(2027, 2, 13), date(2027, 3, 29)


def on_a_bridge() -> date:
    close_day(p.DAY, reason="bridge", actor=p.INES)
    return p.DAY


def in_a_blackout() -> date:
    start = datetime(2027, 2, 15, 18, tzinfo=clock.BRUSSELS)
    black_out(starts_at=start, ends_at=start + timedelta(hours=1), service="store", reason="works", actor=p.INES)
    return p.DAY


@pytest.mark.parametrize("day", [lambda: SATURDAY, lambda: HOLIDAY, on_a_bridge, in_a_blackout])
def test_a_day_without_any_broadcast_cannot_be_asked_for(day: Callable[[], date]) -> None:
    asked = day()
    broadcast = p.requested(dates=(date(2027, 2, 22),))
    for ask in (
        lambda: p.requested(dates=(date(2027, 2, 22), asked)),
        lambda: scheduling.want(broadcast, actor=p.ANNE, dates=[asked]),
    ):
        with pytest.raises(errors.DateNotPossible) as refused:
            ask()
        assert refused.value.data["dates"] == (asked,)
        assert len(refused.value.data["free"]) == 3  # type: ignore[arg-type]
        assert [one.data["date"] for one in refused.value.parts] == [asked]
    assert Broadcast.objects.count() == 1


def test_the_free_dates_of_a_refusal_can_be_asked_for() -> None:
    with pytest.raises(errors.DateNotPossible) as refused:
        p.requested(dates=(SATURDAY,))
    assert p.requested(dates=refused.value.data["free"]).state == State.REQUESTED


def test_a_day_too_soon_for_the_deadlines_can_be_asked_for() -> None:
    assert p.requested(dates=(date(2027, 1, 20),)).state == State.REQUESTED


@override_settings(EBOXCAST_EVENING_BROADCASTS=1)
def test_a_full_evening_can_be_wished_for_and_other_dates_are_proposed() -> None:
    other = p.scheduled()
    broadcast = p.requested()
    assert [step.action for step in standing_of(broadcast).steps] == [Action.POSTPONE, Action.WANT]
    scheduling.cancel(other, actor=p.ANNE, reason="not needed")
    assert [step.action for step in standing_of(broadcast).steps] == [Action.ACCEPT]


def test_who_decides_is_told_how_to_propose_a_date_that_was_not_asked_for() -> None:
    with pytest.raises(errors.DateNotWanted) as refused:
        scheduling.accept(p.requested(), actor=p.INES, day=date(2027, 2, 22))
    assert [action.action for action in next_actions(refused.value)] == ["broadcast.postpone"]


def test_a_failed_check_proposes_to_reject_and_not_to_judge_again() -> None:
    broadcast = p.tested()
    acceptance.judge(broadcast, actor=p.ANNE, seen=p.seen(passed=False), seen_in=SeenIn.EBOX)
    with pytest.raises(errors.NotReady) as refused:
        acceptance.approve(broadcast, actor=p.ANNE)
    assert codes(refused.value) == {"broadcast.verdict-failed"}
    assert [one.action for part in refused.value.parts for one in next_actions(part)] == ["broadcast.reject"]
