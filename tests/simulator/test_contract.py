"""What the simulator takes and answers, held against the public contract files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import urllib3
from tests.simulator.conftest import Simulate
from tests.simulator.contract_files import FEDERATION, REGISTRY, contract, problems
from tests.simulator.simulated import JANE, ONE_FILE, PEOPLE, Simulated, attachment, citizen, letter
from tests.simulator.test_publishing import SENDERS

OWNER = {"X-Ebox-Owner": f"citizen:{JANE}"}
SAMPLES: dict[str, dict[str, Any]] = {
    "smallest": letter(attachments=[{"httpPartName": "upfile1", "mainContent": True}]),
    "with digest": letter(),
    "with body": letter(bodyContent={"nl": "Dag"}),
    "with business data": letter(businessDataList=[{"key": "FOR_INFORMATION", "values": [{"nl": "ja"}]}]),
    "for the attention of": letter(forTheAttentionOf={"id": "x", "type": "y", "name": "z"}),
    "enterprise": letter(recipient={"eboxType": "enterprise", "eboxIdValue": "0403019261"}),
    "with moment": letter(expirationDate="2100-01-01T00:00:00+01:00", registeredMail=False),
}


@pytest.fixture(scope="module")
def registry() -> dict[str, Any]:
    return contract(REGISTRY)


def found_wrong(whole: dict[str, Any], path: str, method: str, answer: urllib3.BaseHTTPResponse) -> list[str]:
    """Return what of an answer the contract does not know; a status that it does not know is one."""
    described = whole["paths"][path][method]["responses"].get(str(answer.status))
    if described is None:
        return [f"status {answer.status}"]
    schema = described.get("schema")
    return list(problems(whole["definitions"], schema, answer.json())) if schema else []


def test_the_contract_is_read_whole(registry: dict[str, Any]) -> None:
    assert (len(registry["paths"]), len(registry["definitions"])) == (19, 35)
    assert len(registry["definitions"]["Attachment"]["properties"]["mediaType"]["enum"]) == 15


def test_the_contract_is_held_against_what_is_wrong_with_an_answer(registry: dict[str, Any]) -> None:
    wrong = {"code": 1, "id": "62f7d4b5-06ea-4fe9-9e27-46c0cf0b1c43", "environment": "moon", "more": ""}
    found = problems(registry["definitions"], {"$ref": "#/definitions/StatusMessage"}, wrong)
    assert len(list(found)) == 4


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_sample_follows_the_contract_is_taken_and_answered_by_it(
    provider: Simulated, registry: dict[str, Any], sample: str
) -> None:
    message = SAMPLES[sample]
    assert list(problems(registry["definitions"], {"$ref": "#/definitions/MessageToPublish"}, message)) == []
    answer = provider.publish(message)
    assert answer.status == 201
    assert found_wrong(registry, "/publishMessage", "post", answer) == []


def test_every_kind_of_file_of_the_contract_is_taken(provider: Simulated, registry: dict[str, Any]) -> None:
    kinds = registry["definitions"]["Attachment"]["properties"]["mediaType"]["enum"]
    answers = [
        provider.publish(letter(attachments=[attachment()]), {"upfile1": ("file", b"x", kind)}).status for kind in kinds
    ]
    assert answers == [201] * 15


def test_links_and_statuses_are_answered_by_the_contract(provider: Simulated, registry: dict[str, Any]) -> None:
    message_id = provider.published()
    linked = provider.link(message_id, *PEOPLE, "85073003329")
    asked = [{"messageId": message_id, "eboxId": citizen(number)} for number in PEOPLE]
    told = provider.call("POST", "/searchMessageStatus", asked)
    assert (linked.status, told.status, len(told.json())) == (201, 201, len(PEOPLE))
    assert found_wrong(registry, "/linkEboxMessage", "post", linked) == []
    assert found_wrong(registry, "/searchMessageStatus", "post", told) == []


def test_refusals_are_answered_by_the_contract(provider: Simulated, registry: dict[str, Any]) -> None:
    assert found_wrong(registry, "/linkEboxMessage", "post", provider.link("nothing", JANE)) == []
    assert found_wrong(registry, "/publishMessage", "post", provider.publish(letter(subject={}))) == []
    assert found_wrong(registry, "/searchMessageStatus", "post", provider.call("POST", "/searchMessageStatus", 1)) == []
    provider.headers = {}
    assert found_wrong(registry, "/publishMessage", "post", provider.publish()) == []
    assert found_wrong(registry, "/ebox", "get", provider.call("GET", "/ebox", headers=OWNER)) == []


def test_an_ebox_reads_by_the_contract(provider: Simulated, registry: dict[str, Any]) -> None:
    message_id = provider.publish(SAMPLES["with business data"] | {"bodyContent": {"nl": "Dag"}}).json()["messageId"]
    paths = {
        "/ebox": "/ebox",
        "/ebox/messages": "/ebox/messages",
        "/ebox/messages/{messageId}": f"/ebox/messages/{message_id}",
        "/ebox/messages/{messageId}/attachments": f"/ebox/messages/{message_id}/attachments",
        "/ebox/messages/{messageId}/attachments/{attachmentId}": f"/ebox/messages/{message_id}/attachments/1",
        "/ebox/messages/{messageId}/body": f"/ebox/messages/{message_id}/body",
    }
    answers = {path: provider.call("GET", called, headers=OWNER) for path, called in paths.items()}
    assert {path: answer.status for path, answer in answers.items()} == dict.fromkeys(paths, 200)
    assert {path: found_wrong(registry, path, "get", answer) for path, answer in answers.items()} == {
        path: [] for path in paths
    }


def test_reference_data_follow_the_contract(simulate_alone: Simulate, registry: dict[str, Any], tmp_path: Path) -> None:
    senders = tmp_path / "senders.toml"
    senders.write_text(SENDERS, "utf-8")
    provider = simulate_alone("--senders", senders)
    for kind, identifier, name in (
        ("messageTypes", "DEMO-INFO", "messageTypeId"),
        ("senderApplications", "demo:broadcast", "senderApplicationId"),
        ("senderOrganizations", "0456789034", "senderOrganizationId"),
    ):
        path = f"/referenceData/{kind}"
        whole, one = provider.call("GET", path), provider.call("GET", f"{path}/{identifier}")
        assert (whole.status, one.status, whole.json()) == (200, 200, {"items": [one.json()], "totalItems": 1})
        assert found_wrong(registry, path, "get", whole) == []
        assert found_wrong(registry, f"{path}/{{{name}}}", "get", one) == []
        assert found_wrong(registry, f"{path}/{{{name}}}", "get", provider.call("GET", f"{path}/other")) == []


def test_preferences_follow_the_contract_of_the_federation(provider: Simulated) -> None:
    federation = contract(FEDERATION)
    asked = {"eboxType": "ENTERPRISE", "eboxIdType": "EnterpriseNumber", "eboxIdValueList": ["0403019261"]}
    url = provider.addresses["federation"] + "/eboxPreferences/search"
    told = provider.pool.request("POST", url, json=asked, headers=provider.headers)
    refused = provider.pool.request("POST", url, json=asked)
    assert (told.status, len(told.json()), refused.status) == (200, 1, 401)
    for answer in (told, refused):
        assert found_wrong(federation, "/eboxPreferences/search", "post", answer) == []


def test_the_file_that_was_published_is_the_file_that_is_read(provider: Simulated) -> None:
    path = f"/ebox/messages/{provider.published()}/attachments/1/content"
    assert provider.call("GET", path, headers=OWNER).data == ONE_FILE["upfile1"][1]
