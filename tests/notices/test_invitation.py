"""The invitation for the evening, parsed back: one number, raised when it moves, cancelled when the date goes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from icalendar import Calendar, Component
from tests.broadcasts import people as p

from eboxcast.audit.sealing import seal_pending
from eboxcast.broadcasts import requests, scheduling
from eboxcast.lib import clock
from eboxcast.notices.invitations import Evening, as_calendar
from eboxcast.notices.making import make_notices
from eboxcast.notices.models import Method, Notice
from eboxcast.notices.readers import Reader

ANNE = Reader(recipient="anne", full_name="Anne, “la” Dubois", address="anne@example.be", language="fr")
BROADCAST = UUID("4517abd2-dcb8-4f60-8b3b-3977e11d183c")


def event(text: str) -> tuple[Component, Component]:
    calendar = Calendar.from_ical(text)
    assert isinstance(calendar, Calendar)
    return calendar, calendar.events[0]


def held(kind: str) -> dict[str, Notice]:
    seal_pending()
    make_notices()
    found = Notice.objects.filter(kind=kind).exclude(method="").order_by("id")
    return {notice.recipient: notice for notice in found}


@pytest.mark.parametrize("day", [date(2027, 3, 27), date(2027, 10, 30), date(2027, 2, 15)])
def test_what_is_parsed_back_is_the_evening_also_across_a_change_of_the_clock(day: date) -> None:
    start = datetime.combine(day, time(18), clock.BRUSSELS)
    end = datetime.combine(day + timedelta(days=1), time(6), clock.BRUSSELS)
    asked = Evening(
        broadcast=BROADCAST,
        method=Method.REQUEST,
        sequence=3,
        starts_at=start,
        ends_at=end,
        made_at=datetime(2027, 1, 18, 8, tzinfo=UTC),
    )
    calendar, one = event(as_calendar(asked, reader=ANNE, summary="Œuvre; été, 2027", description="a\nb"))
    assert calendar["method"] == "REQUEST"
    assert (one["dtstart"].dt, one["dtend"].dt) == (start, end)
    assert (one["uid"], one["sequence"]) == (f"{BROADCAST}@eboxcast", 3)
    assert (one["summary"], one["description"]) == ("Œuvre; été, 2027", "a\nb")
    assert one["attendee"] == "mailto:anne@example.be"


@pytest.mark.usefixtures("addressed")
def test_everybody_who_has_a_part_in_the_evening_is_invited() -> None:
    p.scheduled()
    invited = held("scheduled")
    assert invited.keys() == {"anne", "bram", "ines", "lou", "carla"}
    _, one = event(invited["lou"].calendar)
    assert one["attendee"] == "mailto:lou@example.be"
    assert one["dtstart"].dt == datetime(2027, 2, 15, 17, tzinfo=UTC)


@pytest.mark.usefixtures("addressed")
def test_a_moved_date_cancels_the_invitation_and_sends_it_anew_under_the_same_number() -> None:
    broadcast = p.scheduled()
    first = held("scheduled")
    scheduling.want(broadcast, actor=p.ANNE, dates=[date(2027, 3, 1)])
    gone = held("date-wanted")
    for actor in (p.VERA, p.INES):
        scheduling.accept(broadcast, actor=actor, day=date(2027, 3, 1))
    again = held("scheduled")
    assert gone.keys() == first.keys()
    notices = (first["carla"], gone["carla"], again["carla"])
    assert [notice.method for notice in notices] == ["REQUEST", "CANCEL", "REQUEST"]
    assert [notice.sequence for notice in notices] == [0, 1, 2]
    assert len({event(notice.calendar)[1]["uid"] for notice in notices}) == 1
    assert event(gone["carla"].calendar)[1]["status"] == "CANCELLED"
    assert event(again["carla"].calendar)[1]["dtstart"].dt == datetime(2027, 3, 1, 17, tzinfo=UTC)


@pytest.mark.usefixtures("addressed")
def test_whoever_moves_the_date_gets_the_invitation_all_the_same() -> None:
    """They are told nothing else of what they did, but their calendar has to know it."""
    broadcast = p.scheduled()
    assert "ines" in held("scheduled")
    scheduling.cancel(broadcast, actor=p.ANNE, reason="no longer needed")
    assert held("cancelled")["anne"].method == "CANCEL"


@pytest.mark.usefixtures("addressed")
def test_an_evening_that_was_never_told_is_not_cancelled() -> None:
    broadcast = p.scheduled()
    scheduling.cancel(broadcast, actor=p.ANNE, reason="no longer needed")
    assert held("cancelled") == {}
    assert Notice.objects.filter(items__kind="scheduled", items__notice__kind="cancelled").exists()


@pytest.mark.usefixtures("addressed")
def test_what_moved_before_it_was_told_is_one_invitation_for_the_last_evening() -> None:
    broadcast = p.scheduled()
    held("scheduled")
    scheduling.want(broadcast, actor=p.ANNE, dates=[date(2027, 3, 1)])
    for actor in (p.VERA, p.INES):
        scheduling.accept(broadcast, actor=actor, day=date(2027, 3, 1))
    again = held("scheduled")["lou"]
    assert again.items.count() == 2
    assert (again.method, again.sequence) == ("REQUEST", 2)
    assert event(again.calendar)[1]["dtstart"].dt == datetime(2027, 3, 1, 17, tzinfo=UTC)


@pytest.mark.usefixtures("addressed")
def test_two_evenings_of_a_campaign_are_two_mails() -> None:
    """Calendars take one invitation from a mail."""
    for broadcast in requests.request(p.wanted(expected={"fr": 100, "nl": 100}), actor=p.ANNE):
        for actor in (p.VERA, p.INES):
            scheduling.accept(broadcast, actor=actor, day=p.DAY)
    seal_pending()
    make_notices()
    invited = Notice.objects.filter(recipient="lou").exclude(method="")
    assert invited.count() == len({event(notice.calendar)[1]["uid"] for notice in invited}) == 2


@pytest.mark.usefixtures("addressed")
def test_nobody_without_an_invitation_gets_a_cancellation() -> None:
    broadcast = p.requested()
    scheduling.cancel(broadcast, actor=p.ANNE, reason="no longer needed")
    assert held("cancelled") == {}
    assert set(Notice.objects.filter(kind="cancelled").values_list("recipient", flat=True)) == {"bram", "vera", "ines"}


@pytest.mark.usefixtures("addressed")
def test_what_is_cancelled_once_is_not_cancelled_again() -> None:
    broadcast = p.scheduled()
    held("scheduled")
    scheduling.postpone(broadcast, actor=p.VERA, reason="works on the network", dates=[date(2027, 2, 22)])
    assert len(held("postponed")) == 5
    scheduling.cancel(broadcast, actor=p.ANNE, reason="no longer needed")
    assert held("cancelled") == {}
