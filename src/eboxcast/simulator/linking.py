"""linkEboxMessage and searchMessageStatus: a published message for many, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from eboxcast.lib import clock
from eboxcast.lib.identifiers import ENTERPRISE_BASE
from eboxcast.simulator.answers import moment_text
from eboxcast.simulator.errors import ContractRefusal, invalid_input, invalid_schema, missing_key, not_found
from eboxcast.simulator.faults import Cut, Plan
from eboxcast.simulator.holdings import Message
from eboxcast.simulator.idempotency import spend
from eboxcast.simulator.provider import Provider
from eboxcast.simulator.recipients import NOBODY, ebox_id, read_recipients
from eboxcast.simulator.tokens import Grant


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
    used_key = spend(provider, grant, message.content.application, key)
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
