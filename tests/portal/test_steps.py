"""Each step on a broadcast as a page: what it means is said before, what is refused beside the field, twice is once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.http import HttpResponse
from tests.broadcasts import people as p
from tests.web.visitors import account_of, browser_of

from eboxcast.broadcasts import scheduling
from eboxcast.broadcasts.models import Broadcast, Outcome
from eboxcast.broadcasts.states import Action
from eboxcast.lib.actors import Actor
from eboxcast.portal.steps import STEPS
from eboxcast.senders.models import Person

pytestmark = pytest.mark.usefixtures("january")
OTHER = date(2027, 3, 1)


def late() -> Broadcast:
    broadcast = p.scheduled()
    p.set_clock("2027-02-09T09:00")
    return broadcast


def postponed() -> Broadcast:
    return scheduling.postpone(p.requested(), actor=p.INES, reason="too full", dates=[OTHER])


@dataclass(frozen=True)
class Taken:
    """A step as it is taken on its page."""

    by: Actor
    on: Callable[[], Broadcast]
    fields: dict[str, Any]
    state: str
    """The state after it."""
    others: tuple[Actor, ...] = field(default=(p.BRAM, p.LOU, p.ADA))
    """Some of those who may not."""


TAKEN = {
    "accept": Taken(p.VERA, p.requested, {"day": "2027-02-15"}, "requested"),
    "postpone": Taken(p.INES, p.scheduled, {"reason": "too full", "dates": ["2027-03-01"]}, "postponed"),
    "refuse": Taken(p.VERA, p.scheduled, {"reason": "no legal basis"}, "refused"),
    "agree": Taken(p.ANNE, postponed, {"day": "2027-03-01"}, "requested"),
    "want": Taken(p.ANNE, p.confirmed, {"dates": ["2027-03-02", "2027-03-01"]}, "requested"),
    "cancel": Taken(p.ANNE, p.scheduled, {"reason": "not needed"}, "cancelled"),
    "reconfirm": Taken(p.ANNE, p.scheduled, {}, "scheduled"),
    "waive": Taken(p.INES, late, {"what": "late-reconfirmation", "reason": "illness"}, "scheduled"),
    "note": Taken(p.LOU, p.scheduled, {"note": "called back"}, "scheduled", others=(p.ADA,)),
    "set-contact": Taken(p.ANNE, p.scheduled, {"team": "", "name": "Léa", "phone": "02 555"}, "scheduled"),
    "warn": Taken(p.INES, p.delivered, {"first_time": "1 200"}, "production-delivered"),
    "report": Taken(p.INES, p.published, {}, "reported"),
    "close": Taken(p.INES, lambda: reported(), {}, "closed"),  # noqa: PLW0108 - it stands below
}


def reported() -> Broadcast:
    broadcast = p.published()
    take(broadcast, "report", p.INES)
    return Broadcast.objects.get(id=broadcast.id)


def opened(broadcast: Broadcast, name: str, actor: Actor) -> str:
    """Open a page; return how the broadcast stood then."""
    page = browser_of(actor).get(f"/broadcasts/{broadcast.number}/{name}")
    assert page.status_code == 200, said(page)  # type: ignore[arg-type]
    found = re.search(r'name="seen" value="(\w+)"', page.content.decode())
    assert found
    return found[1]


def take(broadcast: Broadcast, name: str, actor: Actor, seen: str = "", /, **fields: Any) -> HttpResponse:
    given = {"seen": seen or opened(broadcast, name, actor), **fields}
    return browser_of(actor).post(f"/broadcasts/{broadcast.number}/{name}", given)  # type: ignore[return-value]


def said(answer: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", answer.content.decode()))


def now(broadcast: Broadcast) -> Broadcast:
    return Broadcast.objects.get(id=broadcast.id)


def test_every_step_is_taken_in_these_tests() -> None:
    assert set(TAKEN) == set(STEPS)


@pytest.mark.parametrize("name", TAKEN)
def test_a_step_is_taken_and_the_sheet_says_so_once(name: str) -> None:
    one = TAKEN[name]
    account_of(p.BRAM)
    broadcast = one.on()
    answer = take(broadcast, name, one.by, **one.fields)
    assert answer.status_code == 302, said(answer)
    assert answer.headers["Location"] == f"/broadcasts/{broadcast.number}"
    assert now(broadcast).state == one.state


@pytest.mark.parametrize("name", TAKEN)
def test_the_same_form_sent_twice_does_it_once(name: str) -> None:
    one = TAKEN[name]
    account_of(p.BRAM)
    broadcast = one.on()
    seen = opened(broadcast, name, one.by)
    first = take(broadcast, name, one.by, seen, **one.fields)
    second = take(broadcast, name, one.by, seen, **one.fields)
    assert (first.status_code, second.status_code) == (302, 302)
    assert now(broadcast).state == one.state


@pytest.mark.parametrize("name", TAKEN)
def test_who_may_not_is_told_so_before_anything_is_filled_in(name: str) -> None:
    one = TAKEN[name]
    broadcast = one.on()
    for actor in one.others:
        page = browser_of(actor).get(f"/broadcasts/{broadcast.number}/{name}")
        sent = browser_of(actor).post(f"/broadcasts/{broadcast.number}/{name}", one.fields)
        assert (page.status_code, sent.status_code) == (403, 403)
    page = browser_of(p.ELSE_WHERE).get(f"/broadcasts/{broadcast.number}/{name}")
    assert page.status_code == 404


@pytest.mark.parametrize("name", [name for name, step in STEPS.items() if step.final])
def test_what_cannot_be_undone_is_said_before(name: str) -> None:
    one = TAKEN[name]
    page = browser_of(one.by).get(f"/broadcasts/{one.on().number}/{name}")
    assert STEPS[name].final in said(page)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["refuse", "cancel", "postpone", "waive"])
def test_who_says_no_owes_a_reason_that_names_nobody(name: str) -> None:
    one = TAKEN[name]
    broadcast = one.on()
    for reason, words in (("", "Fill in this field."), ("for 85.07.30-033.28", "contains a national number")):
        answer = take(broadcast, name, one.by, **{**one.fields, "reason": reason})
        assert answer.status_code == 422
        assert words in said(answer)
    assert now(broadcast).state == broadcast.state


def test_who_decides_second_is_told_who_was_first_and_when_and_keeps_what_was_typed() -> None:
    broadcast = p.scheduled()
    seen = opened(broadcast, "postpone", p.VERA)
    scheduling.want(broadcast, actor=p.ANNE, dates=[OTHER])
    answer = take(broadcast, "postpone", p.VERA, seen, reason="No room left", dates=["2027-03-03"])
    assert answer.status_code == 409
    assert f"anne changed broadcast {broadcast.number} on 18 January 2027 at 09:00" in said(answer)
    assert 'value="No room left"' in answer.content.decode()
    assert now(broadcast).state == "requested"
    renewed = re.search(r'name="seen" value="(\w+)"', answer.content.decode())
    assert renewed
    take(broadcast, "postpone", p.VERA, renewed[1], reason="No room left", dates=["2027-03-03"])
    assert now(broadcast).state == "postponed"


def test_a_step_that_the_state_forbids_says_who_brought_it_there() -> None:
    broadcast = p.scheduled()
    seen = opened(broadcast, "cancel", p.ANNE)
    scheduling.refuse(broadcast, actor=p.VERA, reason="no legal basis")
    answer = take(broadcast, "cancel", p.ANNE, seen, reason="not needed")
    assert answer.status_code == 409
    assert "is refused: cancelling is not possible now" in said(answer)
    assert "changed by vera on 18 January 2027" in said(answer)


def test_a_second_look_at_the_calendar_does_not_hide_that_somebody_was_first() -> None:
    broadcast = p.scheduled()
    seen = opened(broadcast, "want", p.ANNE)
    scheduling.postpone(broadcast, actor=p.INES, reason="too full", dates=[OTHER])
    looked = take(broadcast, "want", p.ANNE, seen, dates=["2027-03-01"], month="2027-04")
    assert f'name="seen" value="{seen}"' in looked.content.decode()
    assert take(broadcast, "want", p.ANNE, seen, dates=["2027-03-01"]).status_code == 409


def test_both_sides_accept_and_the_date_is_set() -> None:
    broadcast = p.requested(dates=(p.DAY, OTHER))
    take(broadcast, "accept", p.VERA, day="2027-03-01")
    page = browser_of(p.INES).get(f"/broadcasts/{broadcast.number}/accept").content.decode()
    assert 'value="2027-03-01" id="day-2027-03-01" checked' in page
    assert "accepted by the other side" in page
    take(broadcast, "accept", p.INES, day="2027-03-01")
    assert (now(broadcast).state, now(broadcast).date) == ("scheduled", OTHER)


def test_another_moment_of_the_evening_may_be_after_midnight() -> None:
    broadcast = p.requested()
    take(broadcast, "accept", p.VERA, day="2027-02-15", at="02:30")
    decided = broadcast.decisions.get(outcome=Outcome.ACCEPTED).agreed_at
    assert decided is not None
    assert decided.isoformat() == "2027-02-16T01:30:00+00:00"


@pytest.mark.parametrize(("at", "words"), [("12:00", "outside the window"), ("late", "Enter a time")])
def test_a_moment_outside_the_evening_is_refused_beside_the_field(at: str, words: str) -> None:
    broadcast = p.requested()
    answer = take(broadcast, "accept", p.VERA, day="2027-02-15", at=at)
    assert answer.status_code == 422
    assert words in said(answer)


def test_what_else_is_planned_stands_beside_the_decision_for_those_who_may_see_it() -> None:
    other = p.scheduled()
    broadcast = p.requested()
    page = said(browser_of(p.VERA).get(f"/broadcasts/{broadcast.number}/accept"))  # type: ignore[arg-type]
    assert "Planned besides this one: 1 of 10 broadcasts, 180,000 of 12,000,000 recipients." in page
    assert other.number in page


def test_a_date_that_is_full_cannot_be_accepted_and_says_why() -> None:
    broadcast = p.requested(expected={"fr": 12_000_000})
    p.scheduled()
    page = browser_of(p.VERA).get(f"/broadcasts/{broadcast.number}/accept").content.decode()
    assert 'id="day-2027-02-15"' not in page
    assert "180,000 too many" in page
    answer = take(broadcast, "accept", p.VERA, day="2027-02-15")
    assert answer.status_code == 422
    assert "180,000 too many" in said(answer)


@pytest.mark.parametrize("day", ["", "2027-02-16", "x"])
def test_only_one_of_the_requested_dates_can_be_accepted(day: str) -> None:
    assert take(p.requested(), "accept", p.VERA, day=day).status_code == 422


def test_the_nearest_free_dates_are_proposed_unless_others_are_chosen() -> None:
    broadcast = p.scheduled()
    page = browser_of(p.INES).get(f"/broadcasts/{broadcast.number}/postpone").content.decode()
    assert 'name="order" value="2027-02-16,2027-02-17,2027-02-18"' in page


def test_a_full_evening_cannot_be_proposed_and_the_nearest_free_ones_are_offered() -> None:
    broadcast = p.requested(expected={"fr": 12_000_000})
    p.scheduled(OTHER)
    answer = take(broadcast, "postpone", p.INES, reason="works", dates=["2027-03-01"])
    assert answer.status_code == 422
    assert re.findall(r'name="take" value="([\d-]+)"', answer.content.decode())
    assert "180,000 too many" in said(answer)


def test_a_waiver_names_only_what_is_late() -> None:
    page = browser_of(p.INES).get(f"/broadcasts/{late().number}/waive").content.decode()
    assert re.findall(r'name="what" value="([\w-]+)"', page) == ["late-reconfirmation", "late-acceptance"]


def test_requesters_name_their_own_contact_and_the_integration_team_all() -> None:
    broadcast = p.scheduled()
    path = f"/broadcasts/{broadcast.number}/set-contact"
    assert "?team=gatb" not in browser_of(p.ANNE).get(path).content.decode()
    assert "?team=gatb" in browser_of(p.INES).get(path).content.decode()
    assert take(broadcast, "set-contact", p.ANNE, team="gatb", name="Léa", phone="1").status_code == 403
    take(broadcast, "set-contact", p.INES, team="gatb", name="Paul", email="paul@example.be")
    assert broadcast.contacts.get(team="gatb").name == "Paul"
    assert 'value="Paul"' in browser_of(p.INES).get(f"{path}?team=gatb").content.decode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "Léa"}, "A contact needs a name, and an email address or a phone number."),
        ({"name": "85.07.30-033.28", "phone": "1"}, "cannot be recorded"),
        ({"name": "Léa", "email": "lea"}, "Enter an email address"),
    ],
)
def test_a_contact_that_nobody_reaches_is_refused(fields: dict[str, str], words: str) -> None:
    answer = take(p.scheduled(), "set-contact", p.ANNE, **fields)
    assert answer.status_code == 422
    assert words in said(answer)


def test_what_is_missing_is_said_with_the_page_where_it_is_done() -> None:
    broadcast = p.delivered()

    Person.objects.filter(name="carla").delete()
    answer = browser_of(p.INES).get(f"/broadcasts/{broadcast.number}/warn")
    assert answer.status_code == 409
    assert "No one with the role contact-centre has an email address" in said(answer)  # type: ignore[arg-type]


def test_the_sheet_offers_what_somebody_can_do_and_nothing_else() -> None:
    broadcast = p.scheduled()
    theirs = {}
    for actor in (p.ANNE, p.VERA, p.INES, p.ADA):
        page = browser_of(actor).get(f"/broadcasts/{broadcast.number}").content.decode()
        theirs[actor.name] = set(re.findall(rf'href="/broadcasts/{broadcast.number}/([\w-]+)"', page)) & set(STEPS)
    assert theirs == {
        "anne": {"want", "cancel", "reconfirm", "set-contact", "note"},
        "vera": {"postpone", "refuse", "note"},
        "ines": {"postpone", "refuse", "set-contact", "warn", "note"},
        "ada": set(),
    }


def test_a_script_of_the_page_gets_the_calendar_alone() -> None:
    broadcast = p.scheduled()
    answer = browser_of(p.ANNE).post(
        f"/broadcasts/{broadcast.number}/want", {"dates": ["2027-03-01"]}, headers={"HX-Request": "true"}
    )
    assert answer.content.decode().startswith('<div id="id_dates"')
    assert now(broadcast).state == "scheduled"


def test_each_action_of_the_date_has_its_page() -> None:
    on_pages = {step.action for step in STEPS.values()}
    assert {Action.ACCEPT, Action.POSTPONE, Action.REFUSE, Action.AGREE, Action.WANT, Action.CANCEL} <= on_pages
