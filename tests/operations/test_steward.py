"""The steward does what is due, once, and nothing that needs a judgement."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial

import pytest
from django.db import connections
from tests.actors import master
from tests.broadcasts import people as p
from tests.broadcasts.people import LOU
from tests.delivery.procedure import ANNE, BRAM, Story, go_to, launch
from tests.moments import pass_time

from eboxcast.audit.models import Entry
from eboxcast.broadcasts import production, requests, scheduling
from eboxcast.broadcasts.calendar_changes import black_out
from eboxcast.broadcasts.models import Broadcast, Contact, State
from eboxcast.database import boot
from eboxcast.database.embedded.roles import connect_for_setup
from eboxcast.database.installation import advance_clock
from eboxcast.database.names import CONTROL
from eboxcast.delivery.models import Run
from eboxcast.delivery.runs import actions
from eboxcast.lib import clock
from eboxcast.mailboxes.opening import mark_read, open_ebox
from eboxcast.operations.models import StewardPass
from eboxcast.operations.steward import Led, lead, one_pass


def once_more() -> list[str]:
    """Let the steward go round, and return what he did."""
    return [one.did or one.trouble.code for one in lead(moment=clock.now(), actor=LOU) if one.did or one.trouble]  # type: ignore[union-attr]


def run_of(broadcast: Broadcast) -> Run:
    return Run.objects.get(id=broadcast.production_run)


def told(broadcast: Broadcast, action: str) -> list[dict[str, object]]:
    found = Entry.objects.filter(broadcast=broadcast.id, action=f"broadcast.{action}").order_by("id")
    return list(found.values_list("data", flat=True))


def test_nothing_is_due_on_a_day_like_any_other(story: Story) -> None:
    story.scheduled()
    assert once_more() == []


def test_the_reconfirmation_is_asked_for_twelve_days_before_and_on_the_day(story: Story) -> None:
    broadcast = story.scheduled()
    for moment in ("2027-01-27T23:00", "2027-01-28T09:00", "2027-01-29T09:00", "2027-02-01T09:00", "2027-02-01T23:00"):
        p.set_clock(moment)
        once_more()
    assert [data["which"] for data in told(broadcast, "reconfirmation_due")] == ["soon", "today"]


def test_who_reconfirmed_is_not_asked(story: Story) -> None:
    broadcast = story.scheduled()
    requests.reconfirm(broadcast, actor=ANNE)
    p.set_clock("2027-02-01T09:00")
    once_more()
    assert told(broadcast, "reconfirmation_due") == []


def test_without_it_the_broadcast_is_late_and_that_is_told_once(story: Story) -> None:
    broadcast = story.scheduled()
    p.set_clock("2027-02-02T00:01")
    assert [once_more(), once_more()] == [["reconfirmation_late"], []]
    assert broadcast.state == State.SCHEDULED


def test_another_date_has_its_own_reminders(story: Story) -> None:
    broadcast = story.scheduled()
    p.set_clock("2027-02-01T09:00")
    once_more()
    later = date(2027, 2, 22)
    scheduling.want(broadcast, actor=ANNE, dates=[later])
    for actor in (p.VERA, p.INES):
        scheduling.accept(broadcast, actor=actor, day=later)
    p.set_clock("2027-02-04T09:00")
    once_more()
    assert [data["date"] for data in told(broadcast, "reconfirmation_due")] == ["2027-02-15", "2027-02-22"]


def test_the_files_for_acceptance_are_asked_for_before_their_term_and_after_it_missed(story: Story) -> None:
    broadcast = story.scheduled()
    requests.reconfirm(broadcast, actor=ANNE)
    for moment in ("2027-02-03T09:00", "2027-02-04T09:00", "2027-02-08T09:00", "2027-02-09T09:00", "2027-02-10T09:00"):
        p.set_clock(moment)
        once_more()
    assert [data["which"] for data in told(broadcast, "acceptance_due")] == ["soon", "today"]
    assert len(told(broadcast, "acceptance_late")) == 1


@pytest.mark.parametrize("arrange", [Story.scheduled, Story.delivered, Story.ready], ids=lambda one: one.__name__)
def test_a_window_that_passes_is_missed_and_nothing_is_launched_late(
    story: Story, arrange: Callable[[Story], Broadcast]
) -> None:
    broadcast = arrange(story)
    go_to(broadcast, hours=12)
    assert once_more()[0] == "window_missed"
    broadcast.refresh_from_db()
    assert broadcast.state == State.MISSED
    assert not broadcast.gos.filter(void_at=None).exists()
    assert Run.objects.filter(environment="production").exclude(state="prepared").count() == 0


def test_what_is_armed_is_launched_at_the_agreed_moment(story: Story) -> None:
    broadcast = story.armed()
    go_to(broadcast, seconds=-1)
    once_more()
    assert run_of(broadcast).visible_at is None
    go_to(broadcast)
    assert once_more() == ["published", "reported"]
    broadcast.refresh_from_db()
    assert (broadcast.launched_by, told(broadcast, "launched")[0]["armed_by"]) == ("eboxcast", "lou")


def test_what_is_only_confirmed_is_not(story: Story) -> None:
    broadcast = story.ready()
    go_to(broadcast)
    assert once_more() == []
    assert run_of(broadcast).state == "prepared"


def test_an_armed_launch_that_lacks_something_says_so_once_and_is_tried_again(story: Story) -> None:
    broadcast = story.armed()
    Contact.objects.filter(team="gatb").delete()
    go_to(broadcast)
    assert [once_more(), once_more()] == [["broadcast.not-ready"], ["broadcast.not-ready"]]
    assert [data["missing"] for data in told(broadcast, "run_failed")] == [["broadcast.contacts-missing"]]
    Contact.objects.create(broadcast=broadcast, team="gatb", name="Somebody", phone="02 000 00 00")
    assert "published" in once_more()


def test_in_a_blackout_nothing_armed_is_launched_and_at_its_end_it_is_missed(story: Story) -> None:
    broadcast = story.armed()
    go_to(broadcast)
    black_out(
        service="network",
        reason="works",
        starts_at=clock.now(),
        ends_at=broadcast.window_ends_at,
        actor=p.INES,  # type: ignore[arg-type]
    )
    once_more()
    assert run_of(broadcast).visible_at is None
    go_to(broadcast, hours=12)
    assert "window_missed" in once_more()


def test_a_stopped_run_keeps_what_is_armed_from_being_launched(story: Story) -> None:
    broadcast = story.armed()
    actions.stop(run_of(broadcast), actor=master("lou"), reason="wait")
    go_to(broadcast)
    assert once_more() == ["run.stopped"]
    actions.resume(run_of(broadcast), actor=master("lou"))
    assert once_more()[0] == "published"


def test_a_launch_whose_process_is_gone_is_gone_on_with_from_the_agreed_moment_on(story: Story) -> None:
    broadcast = story.ready()
    go_to(broadcast)
    production.launched(broadcast, actor=p.LOU)
    assert once_more()[0] == "published"


def test_a_launch_that_did_not_end_in_its_window_is_missed(story: Story) -> None:
    broadcast = story.ready()
    go_to(broadcast)
    production.launched(broadcast, actor=p.LOU)
    go_to(broadcast, hours=12)
    assert once_more() == ["confirmed", "window_missed"]
    assert run_of(broadcast).visible_at is None


def test_the_contact_centre_is_warned_once_production_is_prepared(story: Story) -> None:
    broadcast = story.delivered()
    assert [once_more(), once_more()] == [["contact_centre_warned"], []]
    broadcast.refresh_from_db()
    assert broadcast.first_time_count == 40  # nobody of a sample has an eBox yet


def test_the_report_follows_the_publication_and_after_two_weeks_who_has_read_it(story: Story) -> None:
    broadcast = story.published()
    assert once_more() == ["reported"]
    number = int((story.folder / "pension-2027-2/package/recipients-01.csv").read_text().splitlines()[1].split(";")[0])
    mark_read("production", open_ebox("production", number)[0])
    pass_time(days=13, hours=23)
    assert once_more() == []
    pass_time(hours=1)
    assert once_more() == ["statistics", "closed"]
    assert told(broadcast, "statistics")[0]["read"] == 1
    assert told(broadcast, "reported")[0]["published"] == 40


def test_a_recall_is_followed_and_reported(story: Story) -> None:
    broadcast = story.published()
    once_more()
    actions.recall(run_of(broadcast), actor=master("lou"), reason="wrong letter")
    assert [once_more(), once_more()] == [["recalled", "reported"], []]


@pytest.mark.parametrize("give_up", [scheduling.cancel, scheduling.refuse], ids=lambda one: one.__name__)
def test_what_was_prepared_for_a_broadcast_that_is_given_up_is_discarded(
    story: Story, give_up: Callable[..., Broadcast]
) -> None:
    broadcast = story.delivered()
    give_up(broadcast, actor=ANNE if give_up is scheduling.cancel else p.VERA, reason="no longer needed")
    assert [once_more(), once_more()] == [["run_discarded"], []]
    assert run_of(broadcast).state == "discarded"


def test_the_last_pass_is_noted_and_what_it_did(story: Story) -> None:
    story.delivered()
    once = partial(one_pass, lambda: ((), ()), ended=lambda: False, whole=False, actor=LOU)
    once()
    first = StewardPass.objects.get()
    pass_time(minutes=5)
    once()
    last = StewardPass.objects.get()
    assert (first.steps_count, last.steps_count) == (1, 1)
    assert first.did_at == last.did_at
    assert last.ended_at > first.ended_at


def test_two_stewards_at_once_do_nothing_twice(story: Story) -> None:
    broadcast = story.armed()
    go_to(broadcast)
    advance_clock(timedelta(), actor=master("tests"))  # so that the connections of the others know of it

    def go_round(_: int) -> list[Led]:
        try:
            return lead(moment=clock.now(), actor=LOU)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        led = [one for each in threads.map(go_round, range(4)) for one in each]
    assert [one.trouble for one in led if one.trouble] == []
    assert [len(told(broadcast, action)) for action in ("launched", "published", "reported")] == [1, 1, 1]


def test_trouble_with_one_broadcast_does_not_keep_the_others_waiting(story: Story) -> None:
    broken = story.armed()
    Contact.objects.filter(broadcast=broken).delete()
    other = Story(story.folder, ticket="second").armed()
    go_to(other)
    assert set(once_more()) == {"broadcast.not-ready", "published", "reported"}
    other.refresh_from_db()
    assert other.state == State.REPORTED


def test_a_database_that_goes_before_any_step_is_trouble_and_no_end(office: None) -> None:
    """The steward goes on for months: a server that is started anew must not end it, whatever it was doing."""

    def cut() -> bool:
        connections.close_all()
        with connections[CONTROL].cursor() as cursor, connect_for_setup(boot.places(), "eboxcast_control") as other:
            cursor.execute("select pg_backend_pid()")
            other.execute("select pg_terminate_backend(%s, 10000)", cursor.fetchone())
        return False

    done = one_pass(lambda: ((), ()), ended=cut, whole=True, actor=LOU)
    assert {trouble.code for trouble in done.troubles} == {"database.gone"}
    connections.close_all()


def test_the_steward_gives_no_go_and_arms_nothing(story: Story) -> None:
    broadcast = story.delivered()
    go_to(broadcast)
    once_more()
    broadcast.refresh_from_db()
    assert broadcast.state == State.PRODUCTION_DELIVERED
    assert BRAM.name not in str(told(broadcast, "go_given"))


def test_a_second_evening_goes_well(story: Story) -> None:
    broadcast = story.ready()
    go_to(broadcast, hours=12)
    once_more()
    later = date(2027, 3, 8)
    scheduling.want(Broadcast.objects.get(id=broadcast.id), actor=ANNE, dates=[later])
    broadcast.refresh_from_db()
    for actor in (p.VERA, p.INES):
        scheduling.accept(broadcast, actor=actor, day=later)
    requests.reconfirm(broadcast, actor=ANNE)
    production.give_go(broadcast, actor=BRAM, named=p.named(broadcast))
    assert once_more() == ["contact_centre_warned"]
    go_to(broadcast)
    assert launch(broadcast).published_count == 40
