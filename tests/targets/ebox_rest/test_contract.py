"""What every remote target does, against the provider simulator in each of its configurations, and with its faults.

The simulator is a process of its own; what it says it holds is what counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.simulator.simulated import Simulated
from tests.targets.wire import JANE, message

from eboxcast.lib.identifiers import text_of_key
from eboxcast.targets.base import Answered, OutcomeUnknown, RunRefused, Target, TryAgain

PEOPLE = [85_073_003_328, 72_123_199_757, 50_060_999_818, 4_022_900_132, 11_111_112_477, 10_111_783, 88_432_120_454]
PUBLISH, LINK, STATUSES = "publishMessage", "linkEboxMessage", "searchMessageStatus"

Start = Callable[..., Simulated]
Reach = Callable[..., Target]


@dataclass
class Configured:
    """A provider, and a target that knows what it can do."""

    provider: Simulated
    target: Target
    options: dict[str, Any]

    def reaches(self, recipients: list[int]) -> list[Answered]:
        """Publish to all of them as the engine does: once and then by links, or to each by itself."""
        can = self.target.capabilities
        answers = [self.target.publish(message(), recipients[0], idempotency_key="0")]
        rest = recipients[1:]
        if not can.links:
            return answers + [self.target.publish(message(), key, idempotency_key=str(key)) for key in rest]
        slices = [
            rest[start : start + can.recipients_per_call] for start in range(0, len(rest), can.recipients_per_call)
        ]
        return answers + [self.target.link(answers[0].message_ids[0], some) for some in slices]


CONFIGURATIONS: dict[str, tuple[list[str], dict[str, Any]]] = {
    "links": ([], {}),
    "no-links": (["--no-link"], {"links": False}),
    "idempotency": (["--no-link", "--idempotency"], {"links": False, "idempotency_key": True}),
    "small-calls": (["--largest-call", "3"], {"largest_call": 3, "statuses_per_call": 2}),
}


@pytest.fixture(params=CONFIGURATIONS)
def configured(request: pytest.FixtureRequest, simulated: Start, reach: Reach) -> Configured:
    words, options = CONFIGURATIONS[request.param]
    provider = simulated(*words)
    return Configured(provider, reach(provider, **options), options)


@pytest.fixture
def linking(simulated: Start, reach: Reach) -> Configured:
    provider = simulated()
    return Configured(provider, reach(provider), {})


@pytest.fixture
def keyed(simulated: Start, reach: Reach) -> Configured:
    words, options = CONFIGURATIONS["idempotency"]
    provider = simulated(*words)
    return Configured(provider, reach(provider, **options), options)


def numbers(keys: list[int]) -> list[str]:
    return sorted(map(text_of_key, keys))


def test_everybody_gets_it_once(configured: Configured) -> None:
    answers = configured.reaches([JANE, *PEOPLE])
    assert [key for one in answers for key in one.published] == [JANE, *PEOPLE]
    assert sorted(configured.provider.deliveries()) == numbers([JANE, *PEOPLE])
    assert configured.provider.state()["doubles"] == 0


def test_each_message_id_is_the_one_its_recipient_has(configured: Configured) -> None:
    for answered in configured.reaches([JANE, *PEOPLE]):
        for key, message_id in zip(answered.published, answered.message_ids, strict=True):
            assert text_of_key(key) in configured.provider.deliveries(message_id)


def test_the_moment_it_expires_comes_with_its_zone(configured: Configured) -> None:
    assert all(one.expires_at and one.expires_at.tzinfo for one in configured.reaches([JANE, *PEOPLE]))


def test_who_is_refused_is_told_and_the_others_have_it(configured: Configured) -> None:
    code = "not-told" if configured.target.capabilities.links else "invalid-recipient"
    operation = LINK if configured.target.capabilities.links else PUBLISH
    configured.provider.break_(operation, "refuse", recipients=[text_of_key(PEOPLE[2])])
    answers = configured.reaches([JANE, *PEOPLE])
    assert {key: reason for one in answers for key, reason in one.refused.items()} == {PEOPLE[2]: code}
    assert text_of_key(PEOPLE[2]) not in configured.provider.deliveries()
    assert len(configured.provider.deliveries()) == len(PEOPLE)


def test_statuses_tell_who_has_it_and_who_has_not(configured: Configured) -> None:
    message_id = configured.reaches([JANE])[0].message_ids[0]
    assert configured.target.statuses(message_id, [JANE, *PEOPLE]) == {JANE: True, **dict.fromkeys(PEOPLE, False)}


def test_nobody_has_a_message_that_does_not_exist(configured: Configured) -> None:
    assert configured.target.statuses("0" * 32, [JANE, *PEOPLE[:2]]) == dict.fromkeys([JANE, *PEOPLE[:2]], False)


@pytest.mark.parametrize("status", [429, 503])
def test_a_provider_that_is_busy_did_nothing(configured: Configured, status: int) -> None:
    configured.provider.break_(PUBLISH, "status", status=status, retry_after=7)
    with pytest.raises(TryAgain) as again:
        configured.reaches([JANE])
    assert (again.value.retry_after, configured.provider.deliveries()) == (7, [])


@pytest.mark.parametrize(("cut", "held"), [("cut-before", 0), ("cut-after", 1)])
def test_a_cut_publication_is_unknown_whether_it_was_done_or_not(configured: Configured, cut: str, held: int) -> None:
    configured.provider.break_(PUBLISH, cut)
    with pytest.raises(OutcomeUnknown):
        configured.reaches([JANE])
    assert len(configured.provider.deliveries()) == held


@pytest.mark.parametrize(("cut", "held"), [("cut-before", 0), ("cut-during", 3), ("cut-after", 7)])
def test_a_cut_link_is_unknown_and_the_statuses_settle_it(linking: Configured, cut: str, held: int) -> None:
    message_id = linking.reaches([JANE])[0].message_ids[0]
    linking.provider.break_(LINK, cut)
    with pytest.raises(OutcomeUnknown):
        linking.target.link(message_id, PEOPLE)
    told = linking.target.statuses(message_id, PEOPLE)
    assert numbers([key for key in PEOPLE if told[key]]) == sorted(
        set(linking.provider.deliveries()) - {text_of_key(JANE)}
    )
    assert sum(told.values()) == held


@pytest.mark.parametrize("offset", [-1, 1])
def test_a_wrong_count_is_unknown(linking: Configured, offset: int) -> None:
    message_id = linking.reaches([JANE])[0].message_ids[0]
    linking.provider.break_(LINK, "wrong-count", offset=offset)
    with pytest.raises(OutcomeUnknown, match="add up"):
        linking.target.link(message_id, PEOPLE)


@pytest.mark.parametrize("status", [500, 502])
def test_trouble_inside_the_provider_is_unknown(linking: Configured, status: int) -> None:
    message_id = linking.reaches([JANE])[0].message_ids[0]
    linking.provider.break_(LINK, "status", status=status)
    with pytest.raises(OutcomeUnknown):
        linking.target.link(message_id, PEOPLE)


def test_a_slow_provider_is_waited_for_and_a_silent_one_is_unknown(simulated: Start, reach: Reach) -> None:
    provider = simulated()
    provider.break_(PUBLISH, "delay", delay_ms=300)
    assert reach(provider).publish(message(), JANE, idempotency_key="k").published == [JANE]
    with pytest.raises(OutcomeUnknown, match="TimeoutError"):
        reach(provider, answer_seconds=0.1).publish(message(), PEOPLE[0], idempotency_key="k")


def test_under_the_same_key_a_cut_publication_is_not_done_twice(keyed: Configured) -> None:
    keyed.provider.break_(PUBLISH, "cut-after", times=1)
    with pytest.raises(OutcomeUnknown):
        keyed.target.publish(message(), JANE, idempotency_key="one")
    assert keyed.target.publish(message(), JANE, idempotency_key="one") == Answered(published=[JANE], message_ids=[""])
    assert keyed.provider.deliveries() == [text_of_key(JANE)]


def test_tokens_that_end_in_the_middle_of_a_run_do_not_show(configured: Configured) -> None:
    configured.provider.break_("*", "expire-tokens", every=3)
    answers = configured.reaches([JANE, *PEOPLE])
    assert [key for one in answers for key in one.published] == [JANE, *PEOPLE]
    assert configured.provider.state()["doubles"] == 0


def test_a_message_of_somebody_else_or_of_nobody_cannot_be_linked(linking: Configured) -> None:
    with pytest.raises(RunRefused) as refused:
        linking.target.link("0" * 32, PEOPLE)
    assert refused.value.data["provider_code"] == "NOT_FOUND"


def test_a_provider_without_links_says_so(simulated: Start, reach: Reach) -> None:
    provider = simulated("--no-link")
    with pytest.raises(RunRefused) as refused:
        reach(provider).link("0" * 32, PEOPLE)
    assert refused.value.data["provider_code"] == "NOT_IMPLEMENTED"


def test_who_never_opened_the_ebox_is_told_for_a_publication_only(simulated: Start, reach: Reach) -> None:
    target = reach(simulated("--active-share", "0"))
    answered = target.publish(message(), JANE, idempotency_key="k")
    assert answered.no_digital_user == [JANE]
    assert target.link(answered.message_ids[0], PEOPLE).no_digital_user is None


@pytest.mark.parametrize("name", ["lettre été.pdf", "Łódź.pdf", "brief 📬.pdf", "50%20korting.pdf"])
def test_a_name_arrives_as_it_was_given(linking: Configured, name: str) -> None:
    message_id = linking.target.publish(message(file_name=name), JANE, idempotency_key="k").message_ids[0]
    linking.provider.login()
    owner = {"headers": {"X-Ebox-Owner": "citizen:" + text_of_key(JANE)}}
    attachments = linking.provider.call("GET", f"/ebox/messages/{message_id}/attachments", **owner).json()
    assert attachments["items"][0]["fileName"] == name


def test_a_document_of_300_kilobytes_arrives_whole(linking: Configured) -> None:
    document = bytes(range(256)) * 1200
    linking.target.publish(message(document=document), JANE, idempotency_key="k")
    assert linking.provider.state()["documents"] == 1  # it was checked against the digest we sent


def test_a_damaged_document_refuses_the_run(linking: Configured) -> None:
    with pytest.raises(RunRefused) as refused:
        linking.target.publish(message(document_digest=b"\0" * 32), JANE, idempotency_key="k")
    assert refused.value.data["provider_code"] == "DIGEST_DO_NOT_MATCH"


def test_a_client_without_the_right_secret_refuses_the_run(simulated: Start, reach: Reach, tmp_path: Path) -> None:
    (tmp_path / "wrong").write_text("wrong")
    target = reach(simulated(), client_secret_file=tmp_path / "wrong")
    with pytest.raises(RunRefused) as refused:
        target.publish(message(), JANE, idempotency_key="k")
    assert refused.value.data["provider_code"] == "invalid_client"
