from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest
from tests.simulator.conftest import Simulate
from tests.simulator.simulated import (
    JANE,
    ONE_FILE,
    ORGANIZATION,
    PDF,
    PEOPLE,
    File,
    Simulated,
    attachment,
    citizen,
    digest_of,
    letter,
)

DIGEST = hashlib.sha256(PDF).digest()
TWO = [attachment(), attachment(httpPartName="upfile2", mainContent=False)]


def with_digest(text: str) -> dict[str, Any]:
    return letter(attachments=[attachment(digest={"digestMethod": "sha_256", "digestValue": text})])


def test_a_published_message_is_held_by_its_recipient_once(provider: Simulated) -> None:
    answer = provider.publish()
    assert answer.status == 201
    assert provider.deliveries(answer.json()["messageId"]) == [JANE]
    assert provider.state()["documents"] == 1


def test_parts_may_come_in_any_order_and_carry_what_the_json_says(provider: Simulated) -> None:
    files: dict[str, File] = {"upfile2": ("annex.txt", b"annex", "text/plain"), **ONE_FILE}
    message_id = provider.publish(letter(attachments=TWO), files).json()["messageId"]
    owner = {"X-Ebox-Owner": f"citizen:{JANE}"}
    items = provider.call("GET", f"/ebox/messages/{message_id}/attachments", headers=owner).json()["items"]
    assert [(item["fileName"], item["mainContent"]) for item in items] == [("brief.pdf", True), ("annex.txt", False)]


def test_the_same_document_is_kept_once(provider: Simulated) -> None:
    for number in PEOPLE:
        assert provider.publish(letter(recipient=citizen(number))).status == 201
    assert (provider.state()["messages"], provider.state()["documents"]) == (len(PEOPLE), 1)


def test_the_same_content_to_the_same_recipient_is_a_double_even_as_another_message(provider: Simulated) -> None:
    first, second = provider.published(), provider.published()
    assert first != second
    assert provider.state()["doubles"] == 1
    assert provider.control("GET", "/doubles").data.decode().split() == [JANE]


def test_the_expiry_that_a_sender_asks_for_is_ignored(provider: Simulated) -> None:
    answer = provider.publish(letter(expirationDate="2100-01-01T00:00:00+01:00"))
    assert not answer.json()["expirationDate"].startswith("2100")


REFUSED: dict[str, tuple[dict[str, Any], dict[str, File], str, str]] = {
    "no main": (letter(attachments=[attachment(mainContent=False)]), ONE_FILE, "INVALID_INPUT", "No main content att"),
    "no attachment": (letter(attachments=None), {}, "INVALID_INPUT", "No main content attachment. Exactly one"),
    "two main": (
        letter(attachments=[TWO[0], attachment(httpPartName="upfile2")]),
        {**ONE_FILE, "upfile2": ("b.pdf", b"b", "application/pdf")},
        "INVALID_INPUT",
        "Too many main content. Exactly one is expected",
    ),
    "media type": (
        letter(attachments=[attachment()]),
        {"upfile1": ("brief.exe", PDF, "application/x-msdownload")},
        "INVALID_INPUT",
        "Attachment mime type is not valid. See spec for list of available mime types",
    ),
    "part count": (letter(attachments=TWO), ONE_FILE, "INVALID_INPUT", "Json Attachments number is inconsistent"),
    "part name": (
        letter(),
        {"upfile2": ONE_FILE["upfile1"]},
        "INVALID_INPUT",
        "Some json attachment info do not match any file upload part",
    ),
    "no media type": (
        letter(),
        {"upfile1": ("brief.pdf", PDF, "")},
        "INVALID_INPUT",
        "Missing mediaType or fileName in part",
    ),
    "long file name": (
        letter(),
        {"upfile1": ("b" * 77 + ".pdf", PDF, "application/pdf")},
        "INVALID_INPUT",
        "fileName is longer than 80",
    ),
    "long subject": (letter(subject={"fr": "é" * 256}), ONE_FILE, "INVALID_INPUT", "subject is longer than 255"),
    "bad citizen": (letter(recipient=citizen("85073003329")), ONE_FILE, "INVALID_INPUT", "not a valid citizen"),
    "bad company": (
        letter(recipient={"eboxType": "enterprise", "eboxIdValue": "0123456789"}),
        ONE_FILE,
        "INVALID_INPUT",
        "not a valid company",
    ),
    "hex digest": (with_digest(DIGEST.hex()), ONE_FILE, "DIGEST_DO_NOT_MATCH", "Issue with Digest"),
    "plain base64": (
        with_digest(base64.b64encode(hashlib.sha256(b"?").digest()).decode()),
        ONE_FILE,
        "DIGEST_DO_NOT_MATCH",
        "Issue with Digest",
    ),
    "two languages": (
        letter(subject={"fr": "Bonjour", "nl": "Dag"}),
        ONE_FILE,
        "NOT_IMPLEMENTED",
        "Multiple languages provided when only one expected",
    ),
    "body in another language": (letter(bodyContent={"de": "Tag"}), ONE_FILE, "NOT_IMPLEMENTED", "Multiple lang"),
    "no subject": (letter(subject=None), ONE_FILE, "INVALID_INPUT", "Invalid Schema: required key [subject] not found"),
    "no recipient": (letter(recipient=None), ONE_FILE, "INVALID_INPUT", "Invalid Schema: required key [recipient]"),
    "null": ({**letter(), "originalMessageId": None}, ONE_FILE, "INVALID_INPUT", "Invalid Schema: null"),
    "wrong type": (letter(replyAuthorized="no"), ONE_FILE, "INVALID_INPUT", "Invalid Schema: key [replyAuthorized]"),
    "title": (
        letter(attachments=[attachment(attachmentTitle={"nl": "Brief"})]),
        ONE_FILE,
        "NOT_IMPLEMENTED",
        "attachmentTitle",
    ),
    "payment": (letter(paymentData={}), ONE_FILE, "NOT_IMPLEMENTED", "paymentData"),
    "registered mail": (letter(registeredMail=True), ONE_FILE, "INVALID_INPUT", "registeredMail"),
    "reply to nothing": (letter(originalMessageId="x"), ONE_FILE, "INVALID_INPUT", "originalMessageId"),
    "sender incomplete": (letter(messageTypeId=None), ONE_FILE, "INVALID_SENDER", "Invalid message configuration"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_provider_does_not_take_is_refused_in_its_words_and_not_held(provider: Simulated, case: str) -> None:
    message, files, code, words = REFUSED[case]
    answer = provider.publish(message, files)
    assert (answer.status, answer.json()["code"]) == (400, code)
    assert words in answer.json()["message"]
    assert (provider.state()["deliveries"], provider.state()["messages"]) == (0, 0)


def test_plain_base64_is_refused_though_it_holds_the_right_digest(provider: Simulated) -> None:
    content = next(
        bytes([n]) for n in range(256) if set(b"+/") & set(base64.b64encode(hashlib.sha256(bytes([n])).digest()))
    )
    files: dict[str, File] = {"upfile1": ("brief.txt", content, "text/plain")}
    right = letter(attachments=[attachment(digest=digest_of(content))])
    assert provider.publish(right, files).status == 201
    plain = base64.b64encode(hashlib.sha256(content).digest()).decode()
    assert provider.publish(with_digest(plain), files).json()["code"] == "DIGEST_DO_NOT_MATCH"


@pytest.mark.parametrize("body", [b"", b"--x\r\nnonsense", b"--x\r\n\r\ncut off"])
def test_a_body_that_is_not_whole_is_refused(provider: Simulated, body: bytes) -> None:
    headers = provider.headers | {"Content-Type": "multipart/form-data; boundary=x"}
    answer = provider.pool.request("POST", provider.registry + "/publishMessage", body=body, headers=headers)
    assert (answer.status, answer.json()["code"]) == (400, "INVALID_INPUT")


def test_who_never_opened_an_ebox_gets_it_all_the_same_and_the_sender_is_told(simulate: Simulate) -> None:
    provider = simulate("--active-share", 0)
    answer = provider.publish()
    assert (answer.status, answer.json()["code"]) == (201, "NO_DIGITAL_USER")
    assert provider.deliveries() == [JANE]


def test_only_configured_trios_may_publish_and_only_to_their_audience(simulate_alone: Simulate, tmp_path: Path) -> None:
    senders = tmp_path / "senders.toml"
    senders.write_text(SENDERS, "utf-8")
    provider = simulate_alone("--senders", senders)
    company = {"eboxType": "enterprise", "eboxIdValue": "0403019261"}
    wrong: list[dict[str, Any]] = [
        {"messageTypeId": "OTHER-TYPE"},
        {"senderApplicationId": "x"},
        {"recipient": company},
    ]
    assert provider.publish().status == 201
    answers = [provider.publish(letter(**change)).json() for change in wrong]
    assert {answer["message"] for answer in answers} == {"Invalid message configuration"}


SENDERS = f"""
[[institution]]
cbe = "{ORGANIZATION}"
name = {{ fr = "Office", nl = "Dienst", de = "Amt", en = "Office" }}

[[application]]
name = "demo:broadcast"
institution = "{ORGANIZATION}"
title = {{ fr = "Courrier", nl = "Post", de = "Post" }}

[[message_type]]
code = "DEMO-INFO"
title = {{ fr = "Information", nl = "Informatie", de = "Information" }}
ebox_type = "CITIZEN"
applications = ["demo:broadcast"]
validity = {{ number = 6, unit = "month" }}
"""
