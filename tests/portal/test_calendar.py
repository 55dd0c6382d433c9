"""The calendar on the web: what each sees of a month, and changing it with what that concerns shown first."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from tests.broadcasts import people as p
from tests.web.visitors import browser_of

from eboxcast.broadcasts.calendar_changes import black_out, close_day
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.planning.models import Blackout, ClosedDay
from eboxcast.planning.selectors import window_on

pytestmark = pytest.mark.usefixtures("january")
BLACKOUT = {
    "service": "eBox database",
    "start_day": "2027-02-15",
    "start_time": "20:00",
    "end_day": "2027-02-15",
    "end_time": "23:00",
    "environments": ["production"],
    "reason": "Database upgrade",
}
CLOSING = {"date": "2027-02-15", "reason": "Strike"}


def text_of(answer: HttpResponse) -> str:
    return answer.content.decode()


def page(actor: Actor = p.INES, path: str = "/calendar?month=2027-02") -> str:
    return text_of(browser_of(actor).get(path))


def blackout() -> Blackout:
    window = window_on(p.DAY)
    return black_out(
        starts_at=window.starts_at, ends_at=window.ends_at, service="eBox database", reason="Upgrade", actor=p.INES
    )[0]


def test_a_month_shows_what_is_planned_and_how_full_its_evenings_are() -> None:
    number = p.scheduled().number
    shown = page()
    assert "February 2027" in shown
    assert f'href="/broadcasts/{number}"' in shown
    assert "1 of 10" in shown
    assert "180,000 of" in shown


def test_people_of_an_institution_see_how_full_an_evening_is_but_only_their_own_broadcasts() -> None:
    number = p.scheduled().number
    assert number in page(p.ANNE)
    shown = page(p.ELSE_WHERE)
    assert number not in shown
    assert "1 of 10" in shown


def test_holidays_blackouts_and_closed_days_are_named() -> None:
    blackout()
    close_day(p.DAY.replace(day=18), reason="Strike", actor=p.INES)
    shown = page()
    assert "eBox database" in shown
    assert "Strike" in shown
    assert "Easter Monday" in page(path="/calendar?month=2027-03")


@pytest.mark.parametrize("month", ["", "2027-13", "nonsense", "9999-01", "0001-01", "%00"])
def test_any_month_is_answered_with_one(month: str) -> None:
    assert browser_of(p.INES).get(f"/calendar?month={month}").status_code == 200


def test_a_note_below_the_month_is_written_as_its_language_writes() -> None:
    client = browser_of(p.INES)
    client.post("/language", {"language": "fr"})
    notes = text_of(client.get("/calendar?month=2027-05")).split('class="month-notes')[1].split("</ul>")[0]
    assert "</time> : " in notes
    assert "</time>: " not in notes


def test_closed_days_of_an_institution_are_seen_by_it_and_by_those_who_ask_for_them() -> None:
    close_day(p.DAY, reason="Feast of the house", actor=p.ANNE)
    assert "Feast of the house" in page(p.ANNE)
    assert "Feast of the house" not in page(p.ELSE_WHERE)
    assert "Feast of the house" not in page(p.INES)
    assert "Feast of the house" in page(p.INES, f"/calendar?month=2027-02&institution={p.INSTITUTION}")
    assert "Feast of the house" not in page(p.ELSE_WHERE, f"/calendar?month=2027-02&institution={p.INSTITUTION}")


def test_whose_evening_a_blackout_touches_is_shown_before_it_is_announced() -> None:
    number = p.scheduled().number
    client = browser_of(p.INES)
    answer = client.post("/calendar/blackout", BLACKOUT)
    assert (answer.status_code, Blackout.objects.count()) == (200, 0)
    assert f'href="/broadcasts/{number}"' in text_of(answer)
    assert 'value="Database upgrade"' in text_of(answer)
    answer = client.post("/calendar/blackout", {**BLACKOUT, "seen": number})
    assert answer["Location"] == "/calendar?month=2027-02"
    assert Blackout.objects.get().starts_at.astimezone(clock.BRUSSELS).isoformat() == "2027-02-15T20:00:00+01:00"
    assert "Nothing is launched during this time." in text_of(client.get(answer["Location"]))


def test_a_blackout_that_is_sent_twice_is_one() -> None:
    client = browser_of(p.INES)
    for _ in range(2):
        answer = client.post("/calendar/blackout", BLACKOUT)
    assert Blackout.objects.count() == 1
    assert "Nothing was changed." in text_of(client.get(answer["Location"]))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"end_time": "19:00"}, "which is not after"),
        ({"start_day": "2026-02-15", "end_day": "2026-02-16"}, "would already be over"),
        ({"start_time": "25:00"}, "Enter a time, such as 18:00."),
        ({"service": ""}, "Fill in this field."),
        ({"environments": []}, "Fill in this field."),
        ({"reason": "For 85.07.30-033.28"}, "contains a national number"),
    ],
    ids=str,
)
def test_a_blackout_that_makes_no_sense_is_not_announced(changes: dict[str, object], said: str) -> None:
    answer = browser_of(p.INES).post("/calendar/blackout", {**BLACKOUT, **changes})
    assert (answer.status_code, Blackout.objects.count()) == (422, 0)
    assert said in text_of(answer)


def test_a_blackout_is_lifted_once_and_who_comes_second_is_told_by_whom() -> None:
    path = f"/calendar/blackouts/{blackout().pk}/lift"
    client = browser_of(p.INES)
    assert "Broadcasts can be launched again" in text_of(client.get(path))
    assert "was lifted" in text_of(client.post(path, follow=True))
    assert "was already lifted by ines on" in text_of(client.post(path, follow=True))


def test_a_requester_closes_a_day_of_the_own_institution_only() -> None:
    client = browser_of(p.ANNE)
    answer = client.post("/calendar/close", {**CLOSING, "institution": "0403019261"})
    assert answer["Location"] == "/calendar?month=2027-02"
    assert ClosedDay.objects.get().institution == p.INSTITUTION


def test_the_integration_team_closes_a_day_for_everybody_or_for_one() -> None:
    client = browser_of(p.INES)
    client.post("/calendar/close", {**CLOSING, "institution": ""})
    client.post("/calendar/close", {**CLOSING, "institution": p.INSTITUTION})
    assert set(ClosedDay.objects.values_list("institution", flat=True)) == {"", p.INSTITUTION}


def test_what_is_planned_on_a_day_is_shown_before_it_is_closed() -> None:
    number = p.scheduled().number
    client = browser_of(p.INES)
    assert number in text_of(client.post("/calendar/close", CLOSING))
    assert ClosedDay.objects.count() == 0
    client.post("/calendar/close", {**CLOSING, "seen": number})
    assert ClosedDay.objects.get().reason == "Strike"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"date": "2027-01-04"}, "is in the past"),
        ({"date": "31/02/2027"}, "Enter a date"),
        ({"reason": "For 85.07.30-033.28"}, "contains a national number"),
        ({"institution": "0000000000"}, "Choose one of the options."),
    ],
    ids=str,
)
def test_a_day_that_cannot_be_closed_stays_open(changes: dict[str, str], said: str) -> None:
    answer = browser_of(p.INES).post("/calendar/close", {**CLOSING, **changes})
    assert (answer.status_code, ClosedDay.objects.count()) == (422, 0)
    assert said in text_of(answer)


def test_a_closed_day_is_opened_again_and_only_once() -> None:
    close_day(p.DAY, reason="Strike", actor=p.ANNE)
    client = browser_of(p.ANNE)
    assert 'href="/calendar/open/2027-02-15"' in page(p.ANNE)
    assert "is no longer a closed day" in text_of(client.post("/calendar/open/2027-02-15", follow=True))
    assert client.post("/calendar/open/2027-02-15").status_code == 409


def test_nobody_opens_a_day_that_another_institution_closed() -> None:
    close_day(p.DAY, reason="Strike", actor=p.ANNE)
    path = f"/calendar/open/2027-02-15?institution={p.INSTITUTION}"
    assert browser_of(p.ELSE_WHERE).post(path).status_code == 404
    assert browser_of(p.INES).get("/calendar/open/yesterday").status_code == 400
    assert ClosedDay.objects.count() == 1
