"""Every error a provider can answer has one meaning, and nothing of a person leaves with it."""

from __future__ import annotations

import json
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from tests.targets.wire import UUID

from eboxcast.lib import clock
from eboxcast.targets.ebox_rest.answers import TABLE, Meaning, Row, judge, masked_text, retry_after
from eboxcast.targets.ebox_rest.connection import Reply

RECIPIENT, RUN, AGAIN = Meaning.RECIPIENT_REFUSED, Meaning.RUN_REFUSED, Meaning.TRY_AGAIN
UNKNOWN, BEFORE = Meaning.UNKNOWN, Meaning.DONE_BEFORE
BARE = None
LAST = Row(meaning=Meaning.DONE_BEFORE, statuses=range(1000))

CASES = [
    (400, "INVALID_INPUT", "0456789035 is not a valid company", RECIPIENT),
    (400, "INVALID_INPUT", "The recipient is not a valid citizen", RECIPIENT),
    (400, "90", "invalid recipient", RECIPIENT),
    (500, "90", "invalid recipient", RECIPIENT),
    (400, "INVALID_INPUT", "No main content attachment. Exactly one is expected", RUN),
    (400, "INVALID_INPUT", "Too many main content. Exactly one is expected", RUN),
    (400, "INVALID_INPUT", "Attachment mime type is not valid. See spec for list of available mime types", RUN),
    (400, "INVALID_INPUT", "Json Attachments number is inconsistent with number of parts", RUN),
    (400, "INVALID_INPUT", "Some json attachment info do not match any file upload part", RUN),
    (400, "INVALID_INPUT", "Missing mediaType or fileName in part", RUN),
    (400, "INVALID_INPUT", "Invalid Schema: required key [subject] not found", RUN),
    (400, "INVALID_SENDER", "Invalid message configuration", RUN),
    (400, "INVALID_SENDER", "Invalid sender: user credentials does not match payload", RUN),
    (400, "DIGEST_DO_NOT_MATCH", "Issue with Digest", RUN),
    (400, "NOT_IMPLEMENTED", "Multiple languages provided when only one expected", RUN),
    (500, "NOT_IMPLEMENTED", "Multiple languages provided when only one expected", RUN),
    (501, "NOT_IMPLEMENTED", "linkEboxMessage is not offered", RUN),
    *((400, code, "business error", RUN) for code in "10 15 20 22 30 40 42 50 51 52 620".split()),  # noqa: SIM905 - reads better
    *((500, code, "system error", RUN) for code in ("SOA-01001", "SOA-01002", "SOA-02001", "SOA-03001", "SOA-03007")),
    (500, "SOA-02002", "temporarily unavailable", AGAIN),
    (400, "02002", "temporarily unavailable", AGAIN),
    (401, "UNAUTHORIZED", "no token", RUN),
    (403, "FORBIDDEN", "no scope", RUN),
    (403, BARE, "", RUN),
    (404, "NOT_FOUND", "Messages not found", RUN),
    (404, BARE, "", RUN),
    (405, BARE, "", RUN),
    (409, "CONFLICT", "conflict", RUN),
    (413, BARE, "", RUN),
    (302, BARE, "", RUN),
    (408, BARE, "", AGAIN),
    (425, BARE, "", AGAIN),
    (429, BARE, "", AGAIN),
    (429, "TOO_MANY_REQUESTS", "slowly", AGAIN),
    (503, "UNAVAILABLE", "maintenance", AGAIN),
    (503, BARE, "", UNKNOWN),
    (500, BARE, "", UNKNOWN),
    (500, "INTERNAL", "something went wrong", UNKNOWN),
    (502, BARE, "", UNKNOWN),
    (504, "GATEWAY", "time-out", UNKNOWN),
    (202, BARE, "", UNKNOWN),
    (204, BARE, "", UNKNOWN),
]


def answer(status: int, code: str | None, said: str, *, reference: str = UUID) -> Reply:
    body = b"<html>" if code is None else json.dumps({"code": code, "id": reference, "message": said}).encode()
    return Reply(status, "", body)


@pytest.mark.parametrize(("status", "code", "said", "meaning"), CASES)
def test_an_error_has_one_meaning(status: int, code: str | None, said: str, meaning: Meaning) -> None:
    assert judge(answer(status, code, said)).meaning is meaning


def test_a_conflict_on_a_key_of_ours_says_that_it_was_done_before() -> None:
    assert judge(answer(409, "CONFLICT", "used"), keyed=True).meaning is BEFORE


@pytest.mark.parametrize("place", range(len(TABLE)))
def test_each_row_of_the_table_decides_something(place: int) -> None:
    keyed = TABLE[place].keyed_only
    cases = [(409, "CONFLICT", "used", BEFORE)] if keyed else CASES
    others = [*TABLE[:place], *TABLE[place + 1 :], LAST]
    assert any(judge(answer(*case), keyed=keyed, table=others).meaning is not meaning for *case, meaning in cases)


def test_a_code_this_provider_uses_for_one_recipient_counts_as_such() -> None:
    judged = judge(answer(400, "NO_CONSENT", "…"), recipient_refusals=("NO_CONSENT",))
    assert (judged.meaning, judged.our_code) == (RECIPIENT, "refused-by-provider")
    assert judge(answer(400, "NO_CONSENT", "…")).meaning is RUN


def test_a_refusal_carries_what_support_asks_for() -> None:
    judged = judge(answer(400, "INVALID_SENDER", "Invalid message configuration"))
    assert (judged.provider_code, judged.reference) == ("INVALID_SENDER", UUID)
    assert judge(answer(404, None, "")).provider_code == "HTTP 404"


@pytest.mark.parametrize(
    "text", ["85073003328", "85.07.30-033.28", "85 07 30 033 28", "0850730033280", "85-07-30-03328"]
)
def test_what_looks_like_a_person_is_masked_everywhere(text: str) -> None:
    judged = judge(answer(400, f"E{text}", f"No <{text}> here", reference=text))
    assert "033" not in judged.provider_code + judged.provider_message + judged.reference


def test_masking_keeps_what_helps() -> None:
    assert masked_text("85073003328 is not valid") == "85.07.**-***.28 is not valid"
    assert masked_text("HTTP 503 at 10:30") == "HTTP 503 at 10:30"


def test_a_long_answer_with_line_ends_becomes_a_short_line() -> None:
    text = masked_text("a\r\nb\x1b[31m" + "c" * 1000)
    assert (text[:5], len(text)) == ("a  b ", 300)


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"{}", b'{"code": 1, "message": 2}', b"[" * 100_000, b"\xff"])
def test_a_body_that_is_no_status_message_counts_as_none(body: bytes) -> None:
    assert judge(Reply(503, "", body)).meaning is UNKNOWN


def test_retry_after_is_read_as_seconds_or_as_a_date() -> None:
    later = format_datetime(clock.now() + timedelta(seconds=90), usegmt=True)
    before = format_datetime(clock.now() - timedelta(days=1), usegmt=True)
    waits = [retry_after(Reply(429, text, b"")) for text in ("17", later, before)]
    assert waits[0] == 17
    assert 80 < (waits[1] or 0) <= 90
    assert waits[2] == 0


@pytest.mark.parametrize("text", ["", "soon", "-5", "1e9", "١٢", "Wed, 99 Foo 2027 00:00:00 GMT"])
def test_a_retry_after_that_says_nothing_is_none(text: str) -> None:
    assert retry_after(Reply(429, text, b"")) is None


def test_the_page_shows_every_meaning() -> None:
    page = (Path(__file__).parents[3] / "docs/reference/targets.md").read_text("utf-8")
    assert [meaning.value for meaning in Meaning if meaning.value not in page] == []
