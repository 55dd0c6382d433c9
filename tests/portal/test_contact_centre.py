"""For whoever answers calls: what is coming and what is in the eBoxes, found by a word, with what to answer."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from tests.broadcasts import people as p
from tests.moments import pass_time
from tests.web.visitors import browser_of

from eboxcast.broadcasts import scheduling
from eboxcast.broadcasts.calls import list_calls
from eboxcast.broadcasts.models import Broadcast
from eboxcast.presenters.calls import call_list
from eboxcast.senders.models import MessageType

pytestmark = pytest.mark.usefixtures("january")
PATH = "/contact-centre"


def text_of(answer: HttpResponse) -> str:
    return answer.content.decode()


def page(path: str = PATH) -> str:
    return text_of(browser_of(p.CARLA).get(path))


def test_what_is_coming_says_when_how_many_and_how_many_first_time_users() -> None:
    number = p.ready().number
    shown = page()
    assert f'href="/contact-centre/{number}"' in shown
    assert "15 February 2027 at 18:00" in shown
    assert "180,000" in shown
    assert "<strong>12</strong>" in shown


def test_what_was_published_stands_among_what_is_in_the_eboxes_until_it_expires() -> None:
    number = p.published().number
    assert "in the eBox" in page()
    pass_time(days=61)
    assert number not in page()
    assert number in page(f"{PATH}?q=pension")
    pass_time(days=200)
    assert "It has expired: it has not been in the eBox since 15 August 2027" in page(f"{PATH}/{number}")


@pytest.mark.parametrize("words", ["pension", "PENSIÓN", "2027-0001", "dienst", "office pens"])
def test_it_is_found_by_any_word_whatever_its_case_and_accents(words: str) -> None:
    p.published()
    assert "Pension 2027" in page(f"{PATH}?q={words}")


@pytest.mark.parametrize("words", ["holidays", "<script>alert(1)</script>", "%%", "pension holidays"])
def test_what_fits_nothing_says_so(words: str) -> None:
    p.published()
    answer = browser_of(p.CARLA).get(PATH, {"q": words})
    assert "Nothing fits" in text_of(answer)
    assert "<script>alert" not in text_of(answer)


def test_the_words_of_a_search_lead_to_an_address() -> None:
    p.published()
    answer = browser_of(p.CARLA).post(PATH, {"q": "pensión 2027"}, follow=True)
    assert answer.redirect_chain == [(f"{PATH}?q=pensi%C3%B3n+2027", 302)]
    assert "Results for: pensión 2027" in text_of(answer)


@pytest.mark.parametrize("words", ["85.07.30-033.28", "pension 85073003328", "+85073003328"])
def test_a_national_number_is_neither_repeated_nor_put_into_an_address(words: str) -> None:
    client = browser_of(p.CARLA)
    answer = client.post(PATH, {"q": words})
    assert answer.status_code == 422
    assert "A search takes no national number." in text_of(answer)
    assert "033" not in text_of(answer)
    assert client.get(PATH, {"q": words}).headers["Location"] == PATH


def test_the_languages_of_a_letter_are_one_entry() -> None:
    for language in ("fr", "nl"):
        broadcast = p.requested(campaign="Pensions", expected={language: 100})
        for actor in (p.VERA, p.INES):
            scheduling.accept(broadcast, actor=actor, day=p.DAY)
    Broadcast.objects.update(first_time_count=3)
    [group] = call_list(list_calls(actor=p.CARLA)).coming
    assert [one.language for one in group.calls] == ["fr", "nl"]
    assert (group.recipients, group.first_time) == (200, 6)


def test_whom_to_call_and_what_the_document_looks_like_are_one_step_away() -> None:
    number = p.ready().number
    shown = page(f"{PATH}/{number}")
    assert 'href="tel:020000000"' in shown
    assert f'href="/broadcasts/{number}/preview"' in shown
    assert browser_of(p.CARLA).get(f"/broadcasts/{number}/preview").status_code == 200


def test_those_without_an_active_ebox_are_told_what_the_type_says() -> None:
    number = p.published().number
    assert "They can activate their eBox at any time" in page(f"{PATH}/{number}")
    MessageType.objects.update(without_ebox="refuse")
    assert "The institution decides whether to send paper" in page(f"{PATH}/{number}")


def test_a_letter_that_was_recalled_says_why() -> None:
    broadcast = p.published()
    Broadcast.objects.update(state="recalled", reason="wrong amounts")
    assert "Reason: wrong amounts" in page(f"{PATH}/{broadcast.number}")
