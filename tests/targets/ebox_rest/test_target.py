"""What each answer, and each broken call, comes to: seen through the target, against a provider told what to do."""

from __future__ import annotations

from datetime import datetime

import pytest
from tests.targets.conftest import Open
from tests.targets.wire import (
    ACME,
    CLOSE,
    EXPIRES,
    JANE,
    JOHN,
    MARY,
    OTHER,
    PUBLISHED,
    RESET,
    SILENCE,
    UUID,
    Do,
    Wire,
    linked,
    message,
    refusal,
)

from eboxcast.targets.base import Answered, OutcomeUnknown, RunRefused, Target, TryAgain

JOHN_THERE = {"eboxType": "citizen", "eboxIdValue": "85073003328"}
STRANGER = {"eboxType": "citizen", "eboxIdValue": "72123199757"}
GOOD = linked(2)


def publish(target: Target) -> Answered:
    return target.publish(message(), JANE, idempotency_key="key-1")


def test_published(wire: Wire, target: Open) -> None:
    wire.then(PUBLISHED)
    assert publish(target()) == Answered(
        published=[JANE], message_ids=["m-1"], no_digital_user=[], expires_at=datetime.fromisoformat(EXPIRES)
    )


def test_published_to_somebody_who_never_opened_the_ebox(wire: Wire, target: Open) -> None:
    wire.then(Do(content={"messageId": "m-1", "expirationDate": "soon", "code": "NO_DIGITAL_USER", "message": ""}))
    answered = publish(target())
    assert (answered.no_digital_user, answered.expires_at) == ([JANE], None)


def test_refused_for_one_recipient(wire: Wire, target: Open) -> None:
    wire.then(refusal(400, "INVALID_INPUT", "The recipient is not a valid citizen"))
    answered = publish(target())
    assert (answered.published, answered.refused) == ([], {JANE: "invalid-recipient"})


def test_refused_for_the_run_with_what_support_asks_for(wire: Wire, target: Open) -> None:
    wire.then(refusal(400, "INVALID_SENDER", "Invalid message configuration"))
    with pytest.raises(RunRefused) as refused:
        publish(target())
    assert refused.value.data == {
        "provider_code": "INVALID_SENDER",
        "provider_message": "Invalid message configuration",
        "reference": UUID,
    }


def test_try_again_with_the_time_the_provider_names(wire: Wire, target: Open) -> None:
    wire.then(refusal(503, "MAINTENANCE", "back soon", "Retry-After: 30"))
    with pytest.raises(TryAgain) as again:
        publish(target())
    assert again.value.retry_after == 30


@pytest.mark.parametrize(
    "do",
    [
        Do(status=502),
        CLOSE,
        RESET,
        Do(content={}),
        Do(content=[]),
        Do(raw=b"HTTP/1.1 201 C\r\nContent-Length: 1\r\n\r\n{"),
    ],
    ids=["gateway", "closed", "reset", "no-id", "a-list", "no-json"],
)
def test_a_publication_nobody_can_tell_about_is_unknown_and_not_repeated(wire: Wire, target: Open, do: Do) -> None:
    wire.then(do)
    with pytest.raises(OutcomeUnknown):
        publish(target())
    assert len(wire.calls) == 1


@pytest.mark.parametrize("do", [CLOSE, RESET])
def test_not_even_over_a_kept_connection_is_a_publication_repeated(wire: Wire, target: Open, do: Do) -> None:
    wire.then(PUBLISHED, do)
    one = target()
    publish(one)
    with pytest.raises(OutcomeUnknown):
        publish(one)
    assert len(wire.calls) == 2


def test_no_answer_in_time_is_unknown(wire: Wire, target: Open) -> None:
    wire.then(SILENCE)
    with pytest.raises(OutcomeUnknown, match="TimeoutError"):
        publish(target(answer_seconds=0.2))


def test_nobody_listening_is_to_be_tried_again(wire: Wire, target: Open) -> None:
    one = target()
    wire.then(PUBLISHED)
    publish(one)
    wire.end()
    with pytest.raises(TryAgain, match="no connection"):
        publish(one)


def test_a_key_is_sent_as_a_string_in_quotes_and_only_where_the_provider_knows_it(wire: Wire, target: Open) -> None:
    wire.then(PUBLISHED, PUBLISHED)
    publish(target(idempotency_key=True))
    publish(target())
    assert [call.headers.get("idempotency-key") for call in wire.calls] == ['"key-1"', None]


def test_with_a_key_a_stale_connection_is_no_reason_to_give_up(wire: Wire, target: Open) -> None:
    wire.then(PUBLISHED, CLOSE, refusal(409, "CONFLICT", "used before"))
    one = target(idempotency_key=True)
    publish(one)
    assert publish(one) == Answered(published=[JANE], message_ids=[""])


def test_with_a_key_a_cut_is_still_unknown(wire: Wire, target: Open) -> None:
    wire.then(CLOSE)
    with pytest.raises(OutcomeUnknown):
        publish(target(idempotency_key=True))


def test_a_conflict_without_a_key_of_ours_is_a_refusal(wire: Wire, target: Open) -> None:
    wire.then(refusal(409, "CONFLICT", "?"))
    with pytest.raises(RunRefused):
        publish(target())


def test_linked_to_all(wire: Wire, target: Open) -> None:
    wire.then(GOOD)
    answered = target().link("m-1", [JANE, JOHN])
    assert (answered.published, answered.message_ids) == ([JANE, JOHN], ["m-1", "m-1"])
    assert (answered.refused, answered.no_digital_user) == ({}, None)


def test_linked_to_some_the_reason_is_not_told(wire: Wire, target: Open) -> None:
    wire.then(linked(2, JOHN_THERE))
    answered = target().link("m-1", [JANE, JOHN, MARY])
    assert (answered.published, answered.message_ids) == ([JANE, MARY], ["m-1", "m-1"])
    assert answered.refused == {JOHN: "not-told"}


@pytest.mark.parametrize(
    "do",
    [
        linked(1),
        linked(3),
        linked(2, JOHN_THERE),
        linked(1, STRANGER),
        linked(0, JOHN_THERE, JOHN_THERE),
        linked(1, None),
        linked(1, "85073003328"),
        Do(content={"messageId": "m-1"}),
        Do(content={"messageId": "m-2", "nbSuccessLinks": 2, "errorCases": []}),
        Do(content={"messageId": "m-1", "nbSuccessLinks": 2, "errorCases": None}),
        Do(status=202),
    ],
)
def test_a_link_that_does_not_add_up_is_unknown(wire: Wire, target: Open, do: Do) -> None:
    wire.then(do)
    with pytest.raises(OutcomeUnknown):
        target().link("m-1", [JANE, JOHN])


def test_one_wrong_recipient_of_many_is_not_blamed_on_all(wire: Wire, target: Open) -> None:
    wrong = refusal(400, "INVALID_INPUT", "0456789034 is not a valid company")
    wire.then(wrong, wrong)
    with pytest.raises(RunRefused):
        target().link("m-1", [ACME, OTHER])
    assert target().link("m-1", [ACME]).refused == {ACME: "invalid-recipient"}


def test_an_unknown_message_refuses_the_run(wire: Wire, target: Open) -> None:
    wire.then(refusal(404, "NOT_FOUND", "Messages not found"))
    with pytest.raises(RunRefused):
        target().link("m-1", [JANE])


def status(number: str, message_id: str = "m-1") -> dict[str, object]:
    return {"messageId": message_id, "eboxId": {"eboxType": "citizen", "eboxIdValue": number}, "readStatus": False}


def test_who_has_it_is_asked_in_slices(wire: Wire, target: Open) -> None:
    wire.then(Do(content=[status("90011500287")]), Do(content=[status("88432120454", "m-2")]))
    told = target(statuses_per_call=2).statuses("m-1", [JANE, JOHN, MARY])
    assert told == {JANE: True, JOHN: False, MARY: False}
    assert len(wire.calls) == 2


def test_not_found_is_taken_for_nobody_but_the_one_asked_about(wire: Wire, target: Open) -> None:
    nothing = refusal(404, "NOT_FOUND", "Messages not found")
    wire.then(nothing, Do(content=[status("90011500287")]), nothing, nothing, Do(content=[status("88432120454")]))
    told = target().statuses("m-1", [JANE, JOHN, MARY])
    assert told == {JANE: True, JOHN: False, MARY: True}


def test_a_page_that_is_not_there_does_not_say_that_nobody_has_it(wire: Wire, target: Open) -> None:
    wire.then(Do(status=404, raw=b"HTTP/1.1 404 N\r\nContent-Length: 6\r\n\r\n<html>"))
    with pytest.raises(RunRefused):
        target().statuses("m-1", [JANE])


@pytest.mark.parametrize(
    "do", [CLOSE, Do(status=500), Do(content={}), Do(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n?")]
)
def test_a_question_without_an_answer_is_asked_again(wire: Wire, target: Open, do: Do) -> None:
    wire.then(do)
    with pytest.raises(TryAgain):
        target().statuses("m-1", [JANE])


def test_a_question_over_a_stale_connection_is_asked_again_at_once(wire: Wire, target: Open) -> None:
    wire.then(Do(content=[]), CLOSE, Do(content=[status("90011500287")]))
    one = target()
    one.statuses("m-1", [JANE])
    assert one.statuses("m-1", [JANE]) == {JANE: True}


@pytest.mark.parametrize(
    ("options", "links", "per_call"), [({}, True, 1000), ({"largest_call": 7}, True, 7), ({"links": False}, False, 1)]
)
def test_a_target_declares_what_its_options_say(
    target: Open, options: dict[str, object], links: bool, per_call: int
) -> None:
    capabilities = target(**options).capabilities
    assert capabilities.links is links
    assert capabilities.recipients_per_call == per_call
    assert [capabilities.atomic_visibility, capabilities.recall] == [False, False]


@pytest.mark.parametrize("code", ["INVALID_SENDER", "MAINTENANCE"])
@pytest.mark.parametrize("status", [400, 503, 500])
def test_no_exception_names_a_person(wire: Wire, target: Open, code: str, status: int) -> None:
    wire.then(refusal(status, code, "about 90011500287 or 90.01.15-002.87"))
    with pytest.raises((RunRefused, TryAgain, OutcomeUnknown)) as raised:
        publish(target())
    shown = repr(raised.value) + str(raised.value.data) + repr(raised.value.__context__) + repr(raised.value.__cause__)
    assert "002" not in shown.replace(UUID, "")
