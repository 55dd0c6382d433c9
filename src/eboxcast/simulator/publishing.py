"""publishMessage, linkEboxMessage and searchMessageStatus: a message for one, for many, and what became of it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

import numpy as np

from eboxcast.lib import clock
from eboxcast.lib.identifiers import ENTERPRISE_BASE, text_of_key
from eboxcast.lib.media_types import MEDIA_TYPES
from eboxcast.lib.validity import end_of_validity
from eboxcast.simulator.answers import moment_text
from eboxcast.simulator.errors import ContractRefusal, invalid_input, invalid_schema, missing_key, not_found
from eboxcast.simulator.faults import Cut, Plan
from eboxcast.simulator.holdings import Content, File, Message
from eboxcast.simulator.journal import UsedKey
from eboxcast.simulator.letters import Attached, Letter, read_letter
from eboxcast.simulator.provider import Provider
from eboxcast.simulator.recipients import NOBODY, ebox_id, read_recipients
from eboxcast.simulator.tokens import Grant
from eboxcast.simulator.upload import Part

LONGEST_FILE_NAME = 80
_NO_DIGITAL_USER = {
    "code": "NO_DIGITAL_USER",
    "message": "The message is published; its recipient has never opened the eBox",
}


def publish(
    provider: Provider, grant: Grant, *, message_part: Part | None, files: Sequence[Part], key: str | None, plan: Plan
) -> dict[str, str]:
    """Publish a message and return its PublicationStatusMessage."""
    if message_part is None:
        raise missing_key("messageToPublish")
    letter = _of_its_sender(read_letter(bytes(message_part.content)), grant)
    attached = _pair(letter.attachments, files)
    _check_recipient(provider, letter, plan)
    message = _message(provider, grant, letter, _content(letter, attached))
    used_key = _spend(provider, grant, letter.application, key)
    _keep_documents(provider, files)
    provider.holdings.keep(message)
    provider.tally.delivered(message.published_at)
    if provider.journal:
        provider.journal.message(message, used_key)
    answer = {"messageId": message.message_id, "expirationDate": moment_text(message.expires_at)}
    return answer if provider.eboxes.is_active(letter.recipient) else answer | _NO_DIGITAL_USER


def _of_its_sender(letter: Letter, grant: Grant) -> Letter:
    """Return the letter with its organisation, which a client of one organisation need not say."""
    own = grant.client.organization
    if own and letter.organization and letter.organization != own:
        raise ContractRefusal(400, "INVALID_SENDER", "Invalid sender: user credentials does not match payload")
    return letter if letter.organization or not own else replace(letter, organization=own)


def _pair(attachments: Sequence[Attached], files: Sequence[Part]) -> list[tuple[Attached, Part]]:
    if len(attachments) != len(files):
        raise invalid_input("Json Attachments number is inconsistent with number of parts")
    by_name = {part.name: part for part in files}
    if {one.part_name for one in attachments} != set(by_name) or len(by_name) != len(files):
        raise invalid_input("Some json attachment info do not match any file upload part")
    pairs = [(one, by_name[one.part_name]) for one in attachments]
    for one, part in pairs:
        _check_file(one, part)
    return pairs


def _check_file(attached: Attached, part: Part) -> None:
    if not part.media_type or not part.file_name:
        raise invalid_input("Missing mediaType or fileName in part")
    if part.media_type not in MEDIA_TYPES:
        raise invalid_input("Attachment mime type is not valid. See spec for list of available mime types")
    if len(part.file_name) > LONGEST_FILE_NAME:
        raise invalid_input(f"fileName is longer than {LONGEST_FILE_NAME} characters")
    if attached.digest is not None and not _is_digest(attached.digest, part.digest):
        raise ContractRefusal(400, "DIGEST_DO_NOT_MATCH", "Issue with Digest")


def _is_digest(text: str, digest: bytes) -> bool:
    """Tell whether a text is the digest in base64url, padded or not: hexadecimal or plain base64 is not."""
    try:
        padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
        return base64.b64decode(padded.encode(), altchars=b"-_", validate=True) == digest and not set("+/") & set(text)
    except (binascii.Error, ValueError):
        return False


def _content(letter: Letter, attached: Sequence[tuple[Attached, Part]]) -> Content:
    return Content(
        organization=letter.organization,
        application=letter.application,
        message_type=letter.message_type,
        subject=letter.subject,
        files=tuple(_file(one, part) for one, part in attached),
        optional=letter.optional,
    )


def _file(attached: Attached, part: Part) -> File:
    return File(
        digest=part.digest,
        size=len(part.content),
        file_name=part.file_name or "",
        media_type=part.media_type or "",
        main=attached.main,
        signed=attached.signed,
    )


def _message(provider: Provider, grant: Grant, letter: Letter, content: Content) -> Message:
    validity = provider.senders.validity(
        organization=letter.organization,
        application=letter.application,
        message_type=letter.message_type,
        recipient=letter.recipient,
    )
    now = clock.now()
    return Message(
        message_id=uuid4().hex,
        owner=grant.client.sender,
        recipient=letter.recipient,
        content=provider.holdings.content(content),
        published_at=now,
        expires_at=end_of_validity(now, number=validity.number, unit=validity.unit),
    )


def _check_recipient(provider: Provider, letter: Letter, plan: Plan) -> None:
    keys = np.array([letter.recipient], np.int64)
    if letter.recipient != NOBODY and not (provider.eboxes.refused(keys) | plan.refused(keys))[0]:
        if letter.original is not None and letter.original not in provider.holdings.messages:
            raise invalid_input("originalMessageId is not a message that was published here")
        return
    provider.tally.refused += 1
    if letter.enterprise and letter.recipient != NOBODY:
        raise invalid_input(f"{text_of_key(letter.recipient)} is not a valid company")
    raise invalid_input("The recipient is not a valid " + ("company" if letter.enterprise else "citizen"))


def _keep_documents(provider: Provider, files: Sequence[Part]) -> None:
    for part in files:
        if part.digest not in provider.holdings.documents:
            provider.holdings.documents[part.digest] = bytes(part.content)
            if provider.journal:
                provider.journal.document(part.digest, bytes(part.content))


def link(provider: Provider, grant: Grant, payload: object, *, key: str | None, plan: Plan) -> dict[str, object]:
    """Deliver a message to recipients and return the LinkResponse."""
    if not provider.behaviour.offers_link:
        raise ContractRefusal(501, "NOT_IMPLEMENTED", "linkEboxMessage is not offered")
    message_id, recipients = _asked(provider, payload)
    keys = read_recipients(recipients)
    message = _own_message(provider, grant, message_id)
    refused = keys == NOBODY
    refused |= (keys >= ENTERPRISE_BASE) != (message.recipient >= ENTERPRISE_BASE)
    refused |= provider.eboxes.refused(keys)
    refused |= plan.refused(keys)
    accepted = keys[~refused].tolist()
    used_key = _spend(provider, grant, message.content.application, key)
    _deliver(provider, message, accepted[: len(accepted) // 2] if plan.cut is Cut.DURING else accepted, used_key)
    errors = [_plain(recipients[place]) for place in np.flatnonzero(refused).tolist()]
    provider.tally.refused += len(errors)
    return {
        "messageId": message.message_id,
        "expirationDate": moment_text(message.expires_at),
        "nbSuccessLinks": len(accepted) + plan.count_offset,
        "errorCases": errors,
    }


def statuses(provider: Provider, grant: Grant, payload: object) -> list[dict[str, object]]:
    """Return the status of each pair of message and eBox that exists. 404 when none of the messages does."""
    if not isinstance(payload, list):
        raise invalid_schema("an array of {messageId, eboxId} is expected")
    _check_size(provider, payload)
    try:
        asked = [str(one["messageId"]) for one in payload]
        keys = read_recipients([one["eboxId"] for one in payload]).tolist() if payload else []
    except (KeyError, TypeError):
        raise missing_key("messageId, eboxId") from None
    messages = [_message_of(provider, grant, message_id) for message_id in asked]
    if asked and not any(messages):
        raise not_found("Messages not found")
    return [
        _status(provider, message, key)
        for message, key in zip(messages, keys, strict=True)
        if message is not None and message.reaches(key)
    ]


def _asked(provider: Provider, payload: object) -> tuple[str, Sequence[Any]]:
    if not isinstance(payload, dict):
        raise invalid_schema("a MessageToLink is expected")
    for name, kind in (("messageId", str), ("recipients", list)):
        if name not in payload:
            raise missing_key(name)
        if not isinstance(payload[name], kind):
            raise invalid_schema(f"key [{name}] is not of the expected type")
    _check_size(provider, payload["recipients"])
    if not payload["recipients"]:
        raise invalid_input("recipients is empty")
    return payload["messageId"], payload["recipients"]


def _check_size(provider: Provider, items: Sequence[object]) -> None:
    if len(items) > provider.behaviour.largest_call:
        raise invalid_input(f"Too many in one call: at most {provider.behaviour.largest_call}")


def _own_message(provider: Provider, grant: Grant, message_id: str) -> Message:
    message = provider.holdings.messages.get(message_id)
    if message is None:
        raise not_found("Messages not found")
    if message.owner != grant.client.sender:
        raise ContractRefusal(400, "INVALID_SENDER", "Invalid sender: user credentials does not match payload")
    return message


def _message_of(provider: Provider, grant: Grant, message_id: str) -> Message | None:
    message = provider.holdings.messages.get(message_id)
    return message if message is not None and message.owner == grant.client.sender else None


def _deliver(provider: Provider, message: Message, keys: list[int], used_key: tuple[str, str, str] | None) -> None:
    provider.holdings.deliver(message, keys)
    provider.tally.delivered(clock.now())
    if provider.journal:
        provider.journal.link(message, keys, used_key)


def _plain(given: dict[str, str]) -> dict[str, str]:
    return {"eboxType": given["eboxType"], "eboxIdValue": given["eboxIdValue"]}


def _status(provider: Provider, message: Message, key: int) -> dict[str, object]:
    return {
        "messageId": message.message_id,
        "eboxId": ebox_id(key),
        "expirationDate": moment_text(message.expires_at),
        "readStatus": (message.message_id, key) in provider.holdings.read,
        "visible": (message.message_id, key) not in provider.holdings.hidden,
    }


# A String of RFC 8941: printable ASCII in double quotes, backslash before a quote or a backslash.
_STRING = re.compile(r'"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])+)"')


def _spend(provider: Provider, grant: Grant, application: str, header: str | None) -> UsedKey | None:
    """Use the key of a call up, just before its work is done. Refuses with 409 what was used before."""
    if header is None or not provider.behaviour.idempotency:
        return None
    string = _STRING.fullmatch(header.strip())
    if string is None:
        raise invalid_input("Idempotency-Key is not a string of RFC 8941 in double quotes")
    used_key = (grant.client.sender, application, string[1])
    if used_key in provider.holdings.used_keys:
        raise ContractRefusal(
            409, "IDEMPOTENCY_CONFLICT", "This Idempotency-Key was used before; the first call stands"
        )
    provider.holdings.used_keys.add(used_key)
    return used_key
