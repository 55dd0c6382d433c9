"""Each fault is seen from the client's side, and what the provider then holds is what the fault says."""

from __future__ import annotations

import pytest
from tests.simulator.simulated import JANE, PEOPLE, Simulated, citizen, letter
from urllib3.exceptions import HTTPError, ReadTimeoutError

LONG_MS = 60_000
SHORT = 0.2


def test_a_status_on_demand_does_nothing_and_carries_its_headers(provider: Simulated) -> None:
    message_id = provider.published()
    provider.break_("linkEboxMessage", "status", status=429, retry_after=7)
    answer = provider.link(message_id, *PEOPLE)
    assert (answer.status, answer.headers["Retry-After"], answer.json()["code"]) == (429, "7", "TOO_MANY_REQUESTS")
    assert provider.deliveries() == [JANE]


@pytest.mark.parametrize("status", [500, 502, 503])
def test_trouble_of_the_server_does_nothing(provider: Simulated, status: int) -> None:
    provider.break_("*", "status", status=status)
    assert provider.publish().status == status
    assert provider.state()["deliveries"] == 0


def test_cut_before_the_work_nothing_is_done(provider: Simulated) -> None:
    message_id = provider.published()
    provider.break_("linkEboxMessage", "cut-before")
    with pytest.raises(HTTPError):
        provider.link(message_id, *PEOPLE)
    assert provider.deliveries() == [JANE]


def test_cut_after_the_work_everything_is_done_and_no_answer_arrives(provider: Simulated) -> None:
    message_id = provider.published()
    provider.break_("linkEboxMessage", "cut-after")
    with pytest.raises(HTTPError):
        provider.link(message_id, *PEOPLE)
    assert sorted(provider.deliveries(message_id)) == sorted((JANE, *PEOPLE))


def test_a_publication_cut_after_the_work_is_delivered_under_an_id_nobody_was_told(provider: Simulated) -> None:
    provider.break_("publishMessage", "cut-after")
    with pytest.raises(HTTPError):
        provider.publish()
    assert provider.deliveries() == [JANE]


def test_a_link_cut_during_the_work_is_done_by_half(provider: Simulated) -> None:
    message_id = provider.published()
    provider.break_("linkEboxMessage", "cut-during")
    with pytest.raises(HTTPError):
        provider.link(message_id, *PEOPLE[:6])
    assert sorted(provider.deliveries(message_id)) == sorted((JANE, *PEOPLE[:3]))


def test_a_publication_cut_during_its_answer_is_done(provider: Simulated) -> None:
    provider.break_("publishMessage", "cut-during")
    with pytest.raises(HTTPError):
        provider.publish()
    assert provider.deliveries() == [JANE]


def test_the_connection_after_a_cut_works_again(provider: Simulated) -> None:
    provider.break_("publishMessage", "cut-before", times=1)
    with pytest.raises(HTTPError):
        provider.publish()
    assert provider.publish().status == 201


def test_a_wrong_count_is_told_though_the_work_is_right(provider: Simulated) -> None:
    message_id = provider.published()
    provider.break_("linkEboxMessage", "wrong-count", offset=-2)
    assert provider.link(message_id, *PEOPLE).json()["nbSuccessLinks"] == len(PEOPLE) - 2
    assert len(provider.deliveries(message_id)) == len(PEOPLE) + 1


def test_chosen_recipients_are_refused_by_a_link_and_by_a_publication(provider: Simulated) -> None:
    message_id = provider.published()
    provider.break_("*", "refuse", recipients=list(PEOPLE[:2]))
    assert provider.link(message_id, *PEOPLE).json()["errorCases"] == [citizen(number) for number in PEOPLE[:2]]
    assert provider.publish(letter(recipient=citizen(PEOPLE[0]))).status == 400
    assert not set(PEOPLE[:2]) & set(provider.deliveries())
    assert provider.state()["refused"] == 3


def test_a_share_is_refused(provider: Simulated) -> None:
    message_id = provider.published()
    provider.break_("linkEboxMessage", "refuse", share=1)
    answer = provider.link(message_id, *PEOPLE).json()
    assert (answer["nbSuccessLinks"], len(answer["errorCases"])) == (0, len(PEOPLE))


def test_expired_tokens_are_told_so_and_a_new_one_works(provider: Simulated) -> None:
    provider.break_("publishMessage", "expire-tokens", times=1)
    answer = provider.publish()
    assert (answer.status, answer.json()["code"]) == (401, "UNAUTHORIZED")
    assert provider.state()["deliveries"] == 0
    provider.login()
    assert provider.publish().status == 201


def test_slow_before_the_work_a_client_that_gives_up_finds_nothing_done(provider: Simulated) -> None:
    provider.break_("publishMessage", "delay", delay_ms=LONG_MS)
    with pytest.raises(ReadTimeoutError):
        provider.publish(timeout=SHORT)
    assert provider.state()["calls"]["publishMessage"] == 1
    assert provider.state()["deliveries"] == 0


def test_slow_after_the_work_a_client_that_gives_up_finds_it_done(provider: Simulated) -> None:
    provider.break_("publishMessage", "delay", delay_ms=LONG_MS, when="after")
    with pytest.raises(ReadTimeoutError):
        provider.publish(timeout=SHORT)
    while provider.state()["deliveries"] == 0:
        pass
    assert provider.deliveries() == [JANE]


def statuses_of(provider: Simulated, calls: int) -> list[int]:
    return [provider.publish().status for _ in range(calls)]


def test_a_fault_hits_after_so_many_calls_and_so_often(provider: Simulated) -> None:
    provider.break_("publishMessage", "status", after=2, times=2)
    assert statuses_of(provider, 6) == [201, 201, 503, 503, 201, 201]


def test_a_fault_hits_every_third_call(provider: Simulated) -> None:
    provider.break_("publishMessage", "status", every=3)
    assert statuses_of(provider, 7) == [201, 201, 503, 201, 201, 503, 201]


def test_chance_is_the_same_every_time(provider: Simulated) -> None:
    provider.break_("publishMessage", "status", probability=0.5)
    first = statuses_of(provider, 16)
    provider.break_("publishMessage", "status", probability=0.5)
    assert statuses_of(provider, 16) == first
    assert set(first) == {201, 503}


def test_other_operations_are_left_alone_and_hits_are_counted(provider: Simulated) -> None:
    provider.break_("linkEboxMessage", "status", times=1)
    message_id = provider.published()
    assert [provider.link(message_id, PEOPLE[0]).status for _ in range(2)] == [503, 201]
    assert provider.state()["faults"] == [{"operation": "linkEboxMessage", "fault": "status", "seen": 2, "hits": 1}]


WRONG = [
    {"fault": "delay"},
    {"operation": "publish", "fault": "delay"},
    {"operation": "*", "fault": "explode"},
    {"operation": "*", "fault": ["delay"]},
    {"operation": "*", "fault": "delay", "delay": 5},
    {"operation": "*", "fault": "delay", "delay_ms": -1},
    {"operation": "*", "fault": "delay", "when": "now"},
    {"operation": "*", "fault": "status", "status": 200},
    {"operation": "*", "fault": "status", "times": "often"},
    {"operation": "*", "fault": "refuse", "recipients": ["85073003329"]},
    "delay",
]


@pytest.mark.parametrize("rule", WRONG, ids=str)
def test_a_wrong_rule_is_refused_with_its_number_and_changes_nothing(provider: Simulated, rule: object) -> None:
    provider.break_("publishMessage", "status")
    answer = provider.control("PUT", "/faults", [{"operation": "*", "fault": "cut-before"}, rule])
    assert answer.status == 400
    assert answer.json()["error"].startswith("rule 2")
    assert "85073003329" not in answer.data.decode()
    assert provider.publish().status == 503
