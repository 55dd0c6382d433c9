"""What is sent is what the public contract asks for; what it cannot carry is refused before anything is sent."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.targets.conftest import Open
from tests.targets.wire import ACME, JANE, JOHN, PDF, PUBLISHED, Wire, message, parts_of

from eboxcast.lib.digests import digest
from eboxcast.lib.identifiers import ENTERPRISE_BASE
from eboxcast.mailboxes.values import Identity
from eboxcast.targets.ebox_rest.translating import (
    MEDIA_TYPES,
    Letter,
    NotInTheContract,
    file_name_of,
    key_of_ebox_id,
    link_body,
    statuses_body,
)

CONTRACT = Path(__file__).parents[4] / "shared/reference/e-Box-Enterprise-swagger-v2.1-AP-Public.yaml"
CITIZEN = {"eboxType": "citizen", "eboxIdValue": "90011500287"}
COMPANY = {"eboxType": "enterprise", "eboxIdValue": "0456789034"}


def sent(recipient: int = JANE, **changes: Any) -> dict[str, Any]:
    metas = tuple(changes.get("metas", ()))
    pieces = b"".join(Letter(message(**changes), metas=metas).body(recipient))
    start = pieces.index(b'{"recipient"')
    payload: dict[str, Any] = json.JSONDecoder().raw_decode(pieces[start:].decode("iso-8859-1"))[0]
    return payload


def test_the_payload_is_the_minimal_one_of_the_contract() -> None:
    value = base64.urlsafe_b64encode(digest(PDF)).decode()
    assert sent() == {
        "recipient": CITIZEN,
        "subject": {"fr": "Vos congés"},
        "senderApplicationId": "demo:broadcast",
        "messageTypeId": "DEMO-INFO",
        "senderOrganizationId": "0456789034",
        "attachments": [
            {
                "httpPartName": "upfile1",
                "mainContent": True,
                "attachmentSigned": False,
                "digest": {"digestMethod": "sha_256", "digestValue": value},
            }
        ],
        "bodyMainContent": False,
        "replyAuthorized": False,
    }


def test_an_enterprise_is_named_as_one() -> None:
    assert sent(ACME)["recipient"] == COMPANY


def test_a_language_in_capitals_is_the_same_language() -> None:
    assert sent(language="NL")["subject"] == {"nl": "Vos congés"}


def test_metas_the_target_knows_are_business_data_in_the_language_of_the_message() -> None:
    assert sent(metas={"YEAR": ("2027", "2028")})["businessDataList"] == [
        {"key": "YEAR", "values": [{"fr": "2027"}, {"fr": "2028"}]}
    ]


def test_the_parts_arrive_as_the_contract_names_them(wire: Wire, target: Open) -> None:
    wire.then(PUBLISHED)
    target().publish(message(), JANE, idempotency_key="k")
    (json_head, _), (file_head, content) = parts_of(wire.calls[0])
    assert wire.calls[0].path == "/registry/publishMessage"
    assert b'name="messageToPublish"' in json_head
    assert b'name="upfile1"; filename="lettre.pdf"' in file_head
    assert b"Content-Type: application/pdf" in file_head
    assert content == PDF


def test_only_the_recipient_is_written_anew_and_the_document_is_not_copied() -> None:
    letter = Letter(message(), metas=())
    first, second = letter.body(JANE), letter.body(JOHN)
    assert first[1] is second[1] is letter.message.document
    assert first[0].replace(b"90011500287", b"85073003328") == second[0]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("lettre été.pdf", "lettre été.pdf"),
        ("Łódź.pdf", "%C5%81%C3%B3d%C5%BA.pdf"),
        ("brief 📬.pdf", "brief %F0%9F%93%AC.pdf"),
        ("50% korting.pdf", "50% korting.pdf"),
        ("50%20korting.pdf", "50%2520korting.pdf"),
        ('a "b" \\ c.pdf', "a %22b%22 %5C c.pdf"),
        ("a\r\nX-Evil: 1.pdf", "a%0D%0AX-Evil%3A 1.pdf"),
    ],
)
def test_a_file_name_is_written_so_that_a_header_can_carry_it(name: str, written: str) -> None:
    assert file_name_of(name) == written


def test_the_lists_of_recipients_are_json_of_the_contract() -> None:
    assert json.loads(link_body('m"1', [JANE, ACME])) == {"messageId": 'm"1', "recipients": [CITIZEN, COMPANY]}
    assert json.loads(statuses_body("m-1", [JANE, ACME])) == [
        {"messageId": "m-1", "eboxId": CITIZEN},
        {"messageId": "m-1", "eboxId": COMPANY},
    ]


def test_a_call_to_recipients_of_one_kind_has_each_digit() -> None:
    citizens, companies = [JANE, 10_111_783], [ACME, ENTERPRISE_BASE + 201_310_929]
    told = [json.loads(link_body("m", keys))["recipients"] for keys in (citizens, companies)]
    assert [[key_of_ebox_id(one) for one in some] for some in told] == [citizens, companies]


@pytest.mark.parametrize("key", [JANE, ACME, 10_111_783])
def test_a_recipient_of_an_answer_is_the_one_we_sent(key: int) -> None:
    assert key_of_ebox_id(json.loads(link_body("m", [key]))["recipients"][0]) == key


def test_the_kind_of_ebox_may_be_in_capitals() -> None:
    assert key_of_ebox_id({"eboxType": "ENTERPRISE", "eboxIdValue": "0456789034"}) == ACME


@pytest.mark.parametrize(
    "given",
    [None, [], {}, {"eboxType": "citizen"}, CITIZEN | {"eboxIdValue": "9" * 13}, CITIZEN | {"eboxIdValue": "²"}],
)
def test_what_is_no_recipient_is_none(given: object) -> None:
    assert key_of_ebox_id(given) is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"media_type": "image/png"}, "image/png"),
        ({"title": ""}, "title"),
        ({"title": "x" * 256}, "title"),
        ({"file_name": "x" * 81}, "file name"),
        ({"language": "en"}, "languages"),
        ({"identity": Identity(institution="2456789034", application="a", ticket="t", sequence=None)}, "institution"),
        ({"metas": {"YEAR": ("2027",)}}, "Meta YEAR"),
        ({"metas": {"KNOWN": ("é" * 129,)}}, "256 bytes"),
    ],
)
def test_what_the_contract_cannot_carry_is_refused_before_anything_is_sent(
    wire: Wire, target: Open, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(NotInTheContract) as refused:
        target(metas=("KNOWN",)).publish(message(**changes), JANE, idempotency_key="k")
    assert said in str(refused.value.data["what"])
    assert wire.calls == wire.token_calls == []


@pytest.mark.skipif(not CONTRACT.exists(), reason="the public contract is not beside the project")
def test_the_media_types_are_those_of_the_contract() -> None:
    after = CONTRACT.read_text("utf-8").partition("mediaType:")[2].partition("enum:\n")[2]
    listed = re.match(r"(?: +- .*\n)+", after)
    assert listed
    assert set(re.findall(r'- "?([^"\n]+)', listed[0])) == MEDIA_TYPES
