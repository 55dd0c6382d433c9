"""The JSON part of a publication: read by the schema of the contract and by the rules the provider adds to it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from eboxcast.simulator.errors import ContractRefusal, invalid_input, invalid_schema, missing_key
from eboxcast.simulator.recipients import read_recipients

LANGUAGES = frozenset({"nl", "fr", "de"})
LONGEST_SUBJECT = 255
LONGEST_BUSINESS_VALUE = 256
LONGEST_ATTENTION_NAME = 100
_ORGANIZATION = re.compile(r"[0-1][0-9]{9}")

_REQUIRED = ("recipient", "subject", "bodyMainContent", "replyAuthorized")
_KINDS: Mapping[str, type] = {
    "recipient": dict,
    "subject": dict,
    "bodyMainContent": bool,
    "replyAuthorized": bool,
    "forTheAttentionOf": dict,
    "originalMessageId": str,
    "messageTypeId": str,
    "expirationDate": str,
    "senderOrganizationId": str,
    "senderApplicationId": str,
    "registeredMail": bool,
    "attachments": list,
    "bodyContent": dict,
    "businessDataList": list,
    "paymentData": dict,
}
_ATTACHMENT_KINDS: Mapping[str, type] = {
    "mainContent": bool,
    "httpPartName": str,
    "attachmentSigned": bool,
    "attachmentTitle": dict,
    "digest": dict,
}
_BUSINESS_KINDS: Mapping[str, type] = {"key": str, "values": list, "name": dict, "description": dict}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """What the JSON says of one file."""

    part_name: str
    main: bool
    signed: bool
    digest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a sender asks to publish."""

    recipient: int
    enterprise: bool
    subject: dict[str, str]
    organization: str
    application: str
    message_type: str
    attachments: tuple[Attached, ...]
    original: str | None
    optional: dict[str, object]


def read_letter(raw: bytes) -> Letter:
    """Return what a sender asks to publish. Refuses what the contract or the provider does not allow."""
    message = _parse(raw)
    _check_kinds(message, _KINDS, _REQUIRED)
    _check_supported(message)
    _check_one_language(message)
    _check_lengths(message)
    attachments = tuple(_attached(one) for one in message.get("attachments", ()))
    _check_one_main(message, attachments)
    return Letter(
        recipient=int(read_recipients([message["recipient"]])[0]),
        enterprise=message["recipient"]["eboxType"] == "enterprise",
        subject=message["subject"],
        organization=message.get("senderOrganizationId", ""),
        application=message.get("senderApplicationId", ""),
        message_type=message.get("messageTypeId", ""),
        attachments=attachments,
        original=message.get("originalMessageId"),
        optional={name: message[name] for name in _SHOWN if name in message},
    )


_SHOWN = (
    "bodyMainContent",
    "replyAuthorized",
    "originalMessageId",
    "forTheAttentionOf",
    "bodyContent",
    "businessDataList",
)


def _parse(raw: bytes) -> dict[str, Any]:
    try:
        message = json.loads(raw)
    except (ValueError, RecursionError):
        raise invalid_schema("messageToPublish is not JSON") from None
    if not isinstance(message, dict):
        raise invalid_schema("messageToPublish is not an object")
    if _has_null(message):
        raise invalid_schema("null is no value; leave the key out")
    return message


def _has_null(value: object) -> bool:
    if isinstance(value, dict):
        return any(_has_null(one) for one in value.values())
    if isinstance(value, list):
        return any(_has_null(one) for one in value)
    return value is None


def _check_kinds(given: object, kinds: Mapping[str, type], required: tuple[str, ...]) -> None:
    if not isinstance(given, dict):
        raise invalid_schema("an object is expected")
    for name in required:
        if name not in given:
            raise missing_key(name)
    for name, value in given.items():
        if not isinstance(value, kinds.get(name, object)):
            raise invalid_schema(f"key [{name}] is not of the expected type")


def _check_supported(message: dict[str, Any]) -> None:
    """Refuse what the contract knows and the provider does not offer."""
    if message.get("registeredMail"):
        raise invalid_input("registeredMail is not allowed for this sender")
    if "paymentData" in message:
        raise _not_implemented("paymentData is not supported")
    if _ORGANIZATION.fullmatch(message.get("senderOrganizationId", "0000000000")) is None:
        raise invalid_schema("senderOrganizationId does not match [0-1][0-9]{9}")


def _check_one_language(message: dict[str, Any]) -> None:
    languages: set[str] = set()
    for text in _texts(message):
        if not set(text) <= LANGUAGES or not all(isinstance(value, str) for value in text.values()):
            raise invalid_schema("a translated string has other keys than [nl, fr, de] or other values than strings")
        languages |= set(text)
    if not message["subject"]:
        raise invalid_schema("subject has no text")
    if len(languages) > 1:
        raise _not_implemented("Multiple languages provided when only one expected")


def _texts(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield message["subject"]
    yield message.get("bodyContent", {})
    for one in message.get("businessDataList", ()):
        _check_kinds(one, _BUSINESS_KINDS, ("key", "values"))
        for value in (one.get("name", {}), one.get("description", {}), *one["values"]):
            if not isinstance(value, dict):
                raise invalid_schema("a business value is not a translated string")
            yield value


def _check_lengths(message: dict[str, Any]) -> None:
    if any(len(text) > LONGEST_SUBJECT for text in message["subject"].values()):
        raise invalid_input(f"subject is longer than {LONGEST_SUBJECT} characters")
    values = [text for one in message.get("businessDataList", ()) for value in one["values"] for text in value.values()]
    if any(len(text) > LONGEST_BUSINESS_VALUE for text in values):
        raise invalid_input(f"A business value is longer than {LONGEST_BUSINESS_VALUE} characters")
    name = message.get("forTheAttentionOf", {}).get("name", "")
    if not isinstance(name, str) or len(name) > LONGEST_ATTENTION_NAME:
        raise invalid_input(f"forTheAttentionOf.name is longer than {LONGEST_ATTENTION_NAME} characters")


def _attached(given: object) -> Attached:
    _check_kinds(given, _ATTACHMENT_KINDS, ("mainContent", "httpPartName"))
    assert isinstance(given, dict)  # noqa: S101 - _check_kinds has refused anything else
    if "attachmentTitle" in given:
        raise _not_implemented("attachmentTitle is not supported; the title is the file name")
    return Attached(
        part_name=given["httpPartName"],
        main=given["mainContent"],
        signed=given.get("attachmentSigned", False),
        digest=_digest(given["digest"]) if "digest" in given else None,
    )


def _digest(given: dict[str, Any]) -> str:
    _check_kinds(given, {"digestMethod": str, "digestValue": str}, ("digestMethod", "digestValue"))
    if given["digestMethod"] != "sha_256":
        raise invalid_schema("digestMethod is not [sha_256]")
    return str(given["digestValue"])


def _check_one_main(message: dict[str, Any], attachments: tuple[Attached, ...]) -> None:
    mains = sum(one.main for one in attachments) + (message["bodyMainContent"] and "bodyContent" in message)
    if mains == 0:
        raise invalid_input("No main content attachment. Exactly one is expected")
    if mains > 1:
        raise invalid_input("Too many main content. Exactly one is expected")


def _not_implemented(message: str) -> ContractRefusal:
    return ContractRefusal(400, "NOT_IMPLEMENTED", message)
