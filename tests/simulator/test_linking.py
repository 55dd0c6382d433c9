"""A published message is given to more people: who has it then, and what the provider says of each."""

from __future__ import annotations

from pathlib import Path

from tests.simulator.conftest import Simulate
from tests.simulator.simulated import JANE, PEOPLE, Simulated, citizen, letter

from eboxcast.simulator.eboxes import Eboxes
from eboxcast.simulator.recipients import read_recipients


def test_a_link_delivers_to_everybody_in_it(provider: Simulated) -> None:
    message_id = provider.published()
    answer = provider.link(message_id, *PEOPLE)
    assert (answer.status, answer.json()["nbSuccessLinks"], answer.json()["errorCases"]) == (201, len(PEOPLE), [])
    assert sorted(provider.deliveries(message_id)) == sorted((JANE, *PEOPLE))


def test_linking_somebody_again_is_counted_as_a_double_delivery(provider: Simulated) -> None:
    message_id = provider.published()
    provider.link(message_id, *PEOPLE)
    again = provider.link(message_id, JANE, PEOPLE[0], PEOPLE[1], PEOPLE[1])
    assert again.json()["nbSuccessLinks"] == 4
    assert sorted(provider.control("GET", "/doubles").data.decode().split()) == sorted(
        [JANE, PEOPLE[0], PEOPLE[1], PEOPLE[1]]
    )


def test_numbers_that_are_not_valid_or_of_the_other_kind_are_error_cases(provider: Simulated) -> None:
    message_id = provider.published()
    company = {"eboxType": "enterprise", "eboxIdValue": "0403019261"}
    wrong = [citizen("85073003329"), citizen("8507300332"), citizen("8507300332O"), company]
    payload = {"messageId": message_id, "recipients": [citizen(PEOPLE[0]), *wrong]}
    answer = provider.call("POST", "/linkEboxMessage", payload).json()
    assert (answer["nbSuccessLinks"], answer["errorCases"]) == (1, wrong)
    assert sorted(provider.deliveries(message_id)) == sorted([JANE, PEOPLE[0]])


def test_a_message_nobody_published_is_not_found(provider: Simulated) -> None:
    answer = provider.link("nothing", *PEOPLE)
    assert (answer.status, answer.json()["code"]) == (404, "NOT_FOUND")


def test_a_call_that_does_not_follow_the_schema_is_refused(provider: Simulated) -> None:
    message_id = provider.published()
    wrong: list[object] = [
        [],
        {"recipients": []},
        {"messageId": message_id},
        {"messageId": message_id, "recipients": ["85073003328"]},
        {"messageId": message_id, "recipients": [{"eboxType": "person", "eboxIdValue": "85073003328"}]},
        {"messageId": message_id, "recipients": [{"eboxType": "citizen", "eboxIdValue": 85073003328}]},
        {"messageId": message_id, "recipients": []},
    ]
    answers = [provider.call("POST", "/linkEboxMessage", payload).status for payload in wrong]
    assert answers == [400] * len(wrong)
    assert provider.deliveries() == [JANE]


def test_too_many_in_one_call_are_refused_and_none_is_delivered(simulate: Simulate) -> None:
    provider = simulate("--largest-call", 3)
    message_id = provider.published()
    assert provider.link(message_id, *PEOPLE[:4]).status == 400
    assert provider.link(message_id, *PEOPLE[:3]).status == 201
    assert len(provider.deliveries(message_id)) == 4


def test_a_provider_may_not_offer_links(simulate: Simulate) -> None:
    provider = simulate("--no-link")
    answer = provider.link(provider.published(), *PEOPLE)
    assert (answer.status, answer.json()["code"]) == (501, "NOT_IMPLEMENTED")
    assert provider.deliveries() == [JANE]


def test_only_the_sender_of_a_message_may_link_it_or_ask_about_it(simulate_alone: Simulate, tmp_path: Path) -> None:
    clients = tmp_path / "clients.toml"
    clients.write_text(
        '[[client]]\nid = "a"\nsecret = "a"\norganization = "0456789034"\n'
        '[[client]]\nid = "b"\nsecret = "b"\norganization = "0403019261"\n',
        "utf-8",
    )
    provider = simulate_alone("--clients", clients)
    provider.login(client_id="a", client_secret="a")
    message_id = provider.published()
    provider.login(client_id="b", client_secret="b")
    assert provider.link(message_id, *PEOPLE).json()["code"] == "INVALID_SENDER"
    assert provider.publish().json()["message"] == "Invalid sender: user credentials does not match payload"
    assert provider.call("POST", "/searchMessageStatus", [pair(message_id, JANE)]).status == 404
    assert provider.deliveries() == [JANE]


def pair(message_id: str, number: str) -> dict[str, object]:
    return {"messageId": message_id, "eboxId": citizen(number)}


def test_the_status_of_those_who_have_a_message_is_told_and_the_others_are_absent(provider: Simulated) -> None:
    message_id = provider.published()
    provider.link(message_id, PEOPLE[0])
    asked = [pair(message_id, number) for number in (JANE, *PEOPLE[:3])] + [pair("unknown", JANE)]
    answer = provider.call("POST", "/searchMessageStatus", asked)
    assert answer.status == 201
    assert [one["eboxId"] for one in answer.json()] == [citizen(JANE), citizen(PEOPLE[0])]


def test_asking_only_about_messages_that_do_not_exist_finds_nothing(provider: Simulated) -> None:
    assert provider.call("POST", "/searchMessageStatus", [pair("unknown", JANE)]).status == 404
    assert provider.call("POST", "/searchMessageStatus", []).json() == []


def test_the_share_that_is_refused_follows_from_the_numbers_alone(simulate: Simulate) -> None:
    provider = simulate("--refuse-share", 0.5)
    keys = read_recipients([citizen(number) for number in (JANE, *PEOPLE)])
    refused = dict(zip((JANE, *PEOPLE), Eboxes(refuse_share=0.5).refused(keys).tolist(), strict=True))
    assert set(refused.values()) == {True, False}
    for number, expected in refused.items():
        assert provider.publish(letter(recipient=citizen(number))).status == (400 if expected else 201)
    assert sorted(provider.deliveries()) == sorted(number for number in refused if not refused[number])
