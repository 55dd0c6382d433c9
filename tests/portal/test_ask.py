"""Asking for a broadcast on the page: what was typed survives, what is refused says which dates are free."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.http import HttpResponse
from tests.broadcasts import people as p
from tests.web.visitors import browser_of

from eboxcast.broadcasts import calendar_changes
from eboxcast.broadcasts.models import Broadcast

pytestmark = pytest.mark.usefixtures("january")

TYPED: dict[str, Any] = {
    "kind": "demo:letters|DEMO-LETTER",
    "subject": "Pension 2028",
    "fr": "180 000",
    "dates": ["2027-02-16", "2027-02-15"],
    "order": "2027-02-16,2027-02-15",
    "form": "one",
}


def ask(**changes: object) -> HttpResponse:
    return browser_of(p.ANNE).post("/ask", {**TYPED, **changes})  # type: ignore[return-value]


def said(answer: HttpResponse) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_broadcast_is_asked_for_with_its_dates_in_the_order_of_preference() -> None:
    answer = ask()
    asked = Broadcast.objects.get()
    assert answer.headers["Location"] == f"/broadcasts/{asked.number}"
    assert asked.wanted_dates == [date(2027, 2, 16), date(2027, 2, 15)]
    assert (asked.expected_count, asked.message_type, asked.requested_by) == (180_000, "DEMO-LETTER", "anne")


def test_several_languages_form_a_campaign() -> None:
    answer = ask(nl="200.000", campaign="Pensions")
    assert answer.headers["Location"] == "/broadcasts?campaign=Pensions"
    assert sorted(Broadcast.objects.values_list("language", "expected_count")) == [("fr", 180_000), ("nl", 200_000)]


def test_another_contact_than_usual_stands_on_the_sheet() -> None:
    ask(contact_name="Léa", contact_phone="02 555 55 55")
    assert Broadcast.objects.get().contacts.get(team="").name == "Léa"


def test_the_same_form_sent_twice_asks_once() -> None:
    first, second = ask(), ask()
    assert Broadcast.objects.count() == 1
    assert first.headers["Location"] == second.headers["Location"]


def test_another_form_or_other_content_asks_again() -> None:
    ask()
    ask(form="two")
    ask(subject="Another")
    assert Broadcast.objects.count() == 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"subject": ""}, "Fill in this field."),
        ({"subject": "about 85.07.30-033.28"}, "contains a national number"),
        ({"fr": "", "nl": ""}, "at least one language"),
        ({"fr": "many"}, "Enter a whole number."),
        ({"fr": "0"}, "at least 1"),
        ({"fr": "9999999999999"}, "at most"),
        ({"dates": [], "order": ""}, "Choose at least one date."),
        ({"dates": ["tomorrow"], "order": ""}, "Choose at least one date."),
        ({"dates": ["2027-01-18"], "order": ""}, "is not in the future"),
        ({"kind": "demo:letters|OTHER"}, "Choose one of the options."),
        ({"kind": "other:app|DEMO-LETTER"}, "Choose one of the options."),
        ({"contact_name": "Léa"}, "A contact needs a name, and an email address or a phone number."),
        ({"contact_email": "lea"}, "Enter an email address"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(changes: dict[str, object], words: str) -> None:
    answer = ask(**{"nl": "12", "campaign": "Kept as typed", **changes})
    assert answer.status_code == 422
    assert words in said(answer)
    assert 'value="Kept as typed"' in said(answer)
    assert not Broadcast.objects.exists()


def test_an_impossible_date_is_refused_with_the_nearest_free_ones_to_click() -> None:
    calendar_changes.close_day(date(2027, 2, 16), reason="bridge day", actor=p.INES)
    refused = ask(month="")
    assert refused.status_code == 200  # the calendar was used
    answer = ask()
    assert answer.status_code == 422
    assert "closed day: bridge day" in said(answer)
    free = re.findall(r'name="take" value="([\d-]+)"', said(answer))
    assert free == ["2027-02-17", "2027-02-15", "2027-02-18"]
    taken = said(ask(take=free[0], refused="2027-02-16"))
    assert 'name="order" value="2027-02-15,2027-02-17"' in taken
    assert 'value="Pension 2028"' in taken
    ask(dates=["2027-02-15", "2027-02-17"], order="2027-02-15,2027-02-17")
    assert Broadcast.objects.get().wanted_dates == [date(2027, 2, 15), date(2027, 2, 17)]


def test_looking_at_another_month_keeps_what_was_typed_and_chosen_and_complains_of_nothing() -> None:
    answer = ask(subject="", month="2027-03")
    text = said(answer)
    assert answer.status_code == 200
    assert "March 2027" in text
    assert "Fill in this field." not in text
    assert re.findall(r'<input type="hidden" name="dates" value="([\d-]+)">', text) == ["2027-02-16", "2027-02-15"]
    assert 'value="180 000"' in text


@pytest.mark.parametrize("month", ["2027-13", "0000-00", "9999-12", "x", "1066-01", "2027-02-30"])
def test_a_month_that_is_none_leads_to_one_that_is(month: str) -> None:
    assert ask(month=month).status_code == 200
    assert browser_of(p.ANNE).get(f"/ask?month={month}").status_code == 200


def test_dates_can_be_put_first_and_removed() -> None:
    assert 'name="order" value="2027-02-15,2027-02-16"' in said(ask(first="2027-02-15"))
    assert 'name="order" value="2027-02-16"' in said(ask(drop="2027-02-15"))


def test_a_date_that_is_unticked_is_gone_and_a_new_one_stands_last() -> None:
    answer = ask(dates=["2027-02-15", "2027-02-10"], look="yes")
    assert 'name="order" value="2027-02-15,2027-02-10"' in said(answer)


def test_each_date_says_what_must_be_done_by_when() -> None:
    text = re.sub(r"<[^>]*>", "", said(ask(look="yes")))
    assert "Reconfirm byMonday 1 February 2027" in text
    assert "Test files byMonday 8 February 2027" in text


def test_a_script_of_the_page_gets_the_calendar_alone_and_asks_for_nothing() -> None:
    answer = browser_of(p.ANNE).post("/ask", TYPED, headers={"HX-Request": "true"})
    assert answer.content.decode().startswith('<div id="id_dates"')
    assert not Broadcast.objects.exists()


def test_the_page_can_begin_with_a_date() -> None:
    assert 'value="2027-03-15" id="day-2027-03-15" checked' in said(browser_of(p.ANNE).get("/ask?dates=2027-03-15"))


def test_who_has_no_message_type_is_told_before_anything_is_typed() -> None:
    answer = browser_of(p.ELSE_WHERE).get("/ask")
    assert "has no message type in acceptance yet" in said(answer)
    assert "<form" in said(answer)
    assert 'name="subject"' not in said(answer)


def test_a_subject_of_scripts_is_shown_as_it_was_typed() -> None:
    answer = ask(subject="<script>alert(1)</script> {brace}", fr="")
    assert "<script>alert(1)" not in answer.content.decode()
    ask(subject="<script>alert(1)</script> {brace}")
    page = browser_of(p.ANNE).get(f"/broadcasts/{Broadcast.objects.get().number}")
    assert "<script>alert(1)" not in page.content.decode()
    assert "{brace}" in page.content.decode()


def test_only_who_may_ask_for_a_broadcast_sees_the_page() -> None:
    for actor in (p.BRAM, p.VERA, p.INES, p.ADA):
        assert browser_of(actor).get("/ask").status_code == 403
        assert browser_of(actor).post("/ask", TYPED).status_code == 403
    assert not Broadcast.objects.exists()
