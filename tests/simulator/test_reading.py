from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.simulated import JANE, PEOPLE, Simulated, citizen, letter

OWNER = {"X-Ebox-Owner": f"citizen:{JANE}"}


def messages(provider: Simulated, query: str = "", owner: dict[str, str] = OWNER) -> dict[str, Any]:
    whole: dict[str, Any] = provider.call("GET", "/ebox/messages" + query, headers=owner).json()
    return whole


def test_an_ebox_shows_what_was_published_and_linked_to_it_and_nothing_else(provider: Simulated) -> None:
    published = provider.published()
    provider.publish(letter(recipient=citizen(PEOPLE[0])))
    other = provider.publish(letter(recipient=citizen(PEOPLE[0]), subject={"fr": "Autre"})).json()["messageId"]
    provider.link(other, JANE)
    assert {one["messageId"] for one in messages(provider)["items"]} == {published, other}


def test_opening_the_main_content_makes_a_message_read_for_its_reader_only(provider: Simulated) -> None:
    message_id = provider.published()
    provider.link(message_id, PEOPLE[0])
    provider.call("GET", f"/ebox/messages/{message_id}/attachments/1/content", headers=OWNER)
    asked = [{"messageId": message_id, "eboxId": citizen(number)} for number in (JANE, PEOPLE[0])]
    told = provider.call("POST", "/searchMessageStatus", asked).json()
    assert [one["readStatus"] for one in told] == [True, False]
    assert messages(provider, "?readStatus=true")["totalItems"] == 1


def test_a_message_can_be_hidden_and_shown_again(provider: Simulated) -> None:
    message_id = provider.published()
    for visible in (False, True):
        change = {"items": [{"messageId": message_id, "visible": visible}]}
        assert provider.call("PATCH", "/ebox/messages", change, headers=OWNER).status == 200
        assert messages(provider)["items"][0]["visible"] is visible


def test_lists_are_paged_and_filtered(provider: Simulated) -> None:
    for number in range(3):
        provider.publish(letter(subject={"nl": f"Bericht {number}"}))
    assert len(messages(provider, "?pageSize=2&page=2")["items"]) == 1
    assert messages(provider, "?q=bericht%201&qlang=nl")["totalItems"] == 1
    assert messages(provider, "?messageTypeId=OTHER")["items"] == []


@pytest.mark.parametrize("query", ["?page=0", "?pageSize=101", "?pageSize=x", "?q=bericht"])
def test_a_query_that_makes_no_sense_is_refused(provider: Simulated, query: str) -> None:
    assert provider.call("GET", "/ebox/messages" + query, headers=OWNER).status == 400


def test_nobody_reads_what_is_not_in_his_ebox(provider: Simulated) -> None:
    message_id = provider.published()
    other = {"X-Ebox-Owner": f"citizen:{PEOPLE[0]}"}
    for path in ("", "/attachments", "/attachments/1", "/attachments/1/content", "/body"):
        assert provider.call("GET", f"/ebox/messages/{message_id}{path}", headers=other).status == 404


@pytest.mark.parametrize("owner", [{}, {"X-Ebox-Owner": JANE}, {"X-Ebox-Owner": "citizen:85073003329"}])
def test_an_ebox_needs_an_owner(provider: Simulated, owner: dict[str, str]) -> None:
    assert provider.call("GET", "/ebox", headers=owner).status == 400
