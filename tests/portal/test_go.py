"""The GO on its page: typed by whoever may, for what they had before them, and withdrawn before the launch."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from tests.broadcasts import people as p
from tests.delivery.procedure import ANNE, BRAM, EVERYBODY, Story
from tests.web.visitors import browser_of

from eboxcast.broadcasts import production
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.broadcasts.production import files_digest

AGREED = "15/02/2027 18:00"


@pytest.fixture
def broadcast(story: Story) -> Broadcast:
    """One that is prepared for production."""
    return story.delivered()


def page(client: Client, broadcast: Broadcast) -> str:
    return client.get(f"/broadcasts/{broadcast.number}/go").content.decode()


def give(client: Client, broadcast: Broadcast, **changes: str) -> tuple[int, str]:
    """Type what the page shows, and something else where a test says so."""
    mark = re.findall(r'name="shown" value="(\w+)"', page(client, broadcast))
    words = {"shown": (mark or [""])[0], "moment": AGREED, "digest": files_digest(broadcast)[:8], **changes}
    answer = client.post(f"/broadcasts/{broadcast.number}/go", words)
    broadcast.refresh_from_db()
    return answer.status_code, answer.content.decode()


def test_whoever_confirms_sees_what_it_is_for_and_what_follows(broadcast: Broadcast) -> None:
    shown = page(browser_of(BRAM), broadcast)
    assert files_digest(broadcast)[8:] in shown
    assert f"visible to {EVERYBODY} recipients" in shown
    assert "can withdraw the GO" in shown
    headings = re.findall(r'<th scope="col"[^>]*>([^<]*)</th>', shown)
    assert headings == ["Recipient list", "Rows", "= Excluded", "+ Merged", "+ Already", "+ Recipients"]
    assert 'data-label="= Excluded"' in shown


def test_nobody_else_sees_the_digest_that_a_go_needs(broadcast: Broadcast) -> None:
    for actor in (ANNE, p.INES, p.LOU, p.VERA, p.ADA):
        shown = page(browser_of(actor), broadcast)
        assert files_digest(broadcast)[:8] not in shown, actor
        assert 'name="digest"' not in shown, actor
        assert give(browser_of(actor), broadcast)[0] == 403, actor
        assert broadcast.state == State.PRODUCTION_DELIVERED, actor


@pytest.mark.parametrize("moment", [AGREED, "2027-02-15T18:00", "2027-02-15T17:00+00:00", " 15.02.2027  18:00 "])
def test_a_go_is_given_for_what_was_typed(broadcast: Broadcast, moment: str) -> None:
    assert give(browser_of(BRAM), broadcast, moment=moment)[0] == 302
    assert (broadcast.state, broadcast.gos.get().given_by) == (State.CONFIRMED, "bram")


MISTAKES = (
    {"moment": ""},
    {"moment": "tomorrow"},
    {"moment": "15/02/2027 18:30"},
    {"moment": "28/03/2027 02:30"},
    {"digest": "0000"},
    {"digest": "00000000"},
    {"digest": ""},
    {"digest": "x" * 65},
)


def test_what_was_typed_wrongly_is_no_go(broadcast: Broadcast) -> None:
    for changes in MISTAKES:
        status, said = give(browser_of(BRAM), broadcast, **changes)
        assert (changes, status, broadcast.state) == (changes, 422, State.PRODUCTION_DELIVERED)
        assert "Correct this first" in said, changes


def test_the_second_of_two_people_is_told_who_gave_it(broadcast: Broadcast) -> None:
    client = browser_of(BRAM)
    mark = re.findall(r'name="shown" value="(\w+)"', page(client, broadcast))[0]
    production.give_go(broadcast, actor=BRAM, named=p.named(broadcast))
    status, said = give(client, broadcast, shown=mark)
    assert status == 409
    assert "Its state was changed by Bram Peeters" in said
    assert broadcast.gos.count() == 1


def test_a_page_that_showed_other_files_gives_no_go(story: Story, broadcast: Broadcast) -> None:
    client = browser_of(BRAM)
    mark = re.findall(r'name="shown" value="(\w+)"', page(client, broadcast))[0]
    assert story.deliver(broadcast, story.files(EVERYBODY, seed=9), "production").accepted
    status, said = give(client, broadcast, shown=mark)
    assert (status, broadcast.state) == (409, State.PRODUCTION_DELIVERED)
    assert "anne changed what you were about to confirm" in said


def test_what_is_missing_stands_where_the_form_would(story: Story) -> None:
    broadcast = story.approved()
    assert story.deliver(broadcast, story.files(EVERYBODY), "production").accepted
    shown = page(browser_of(BRAM), broadcast)
    assert "The institution has not reconfirmed the date." in shown
    assert 'name="digest"' not in shown
    assert give(browser_of(BRAM), broadcast, shown="0")[0] == 409


def test_before_files_are_delivered_there_is_nothing_to_confirm(story: Story) -> None:
    broadcast = story.approved()
    assert "There is nothing to confirm yet" in page(browser_of(BRAM), broadcast)


def test_a_go_is_withdrawn_with_a_reason_and_can_be_given_again(broadcast: Broadcast) -> None:
    client = browser_of(BRAM)
    give(client, broadcast)
    answer = client.post(f"/broadcasts/{broadcast.number}/withdraw-go", {"reason": "<b>amount</b>"})
    assert answer.status_code == 302
    assert "&lt;b&gt;amount&lt;/b&gt;" in page(client, broadcast)
    assert client.post(f"/broadcasts/{broadcast.number}/withdraw-go", {}).status_code == 409
    assert give(client, broadcast)[0] == 302


def test_a_reason_that_names_somebody_is_refused(broadcast: Broadcast) -> None:
    client = browser_of(BRAM)
    give(client, broadcast)
    answer = client.post(f"/broadcasts/{broadcast.number}/withdraw-go", {"reason": "for 00.01.01-000.05"})
    broadcast.refresh_from_db()
    assert (answer.status_code, broadcast.state) == (422, State.CONFIRMED)


def test_after_the_launch_no_go_is_withdrawn(story: Story) -> None:
    broadcast = story.published()
    assert browser_of(BRAM).get(f"/broadcasts/{broadcast.number}/withdraw-go").status_code == 409
