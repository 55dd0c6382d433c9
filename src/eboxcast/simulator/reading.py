"""What the owner of an eBox sees: the reading half of the contract, as far as a rehearsal needs it.

The contract takes the owner from the token of a login; here a header names him: ``X-Ebox-Owner: citizen:…``.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from eboxcast.simulator.answers import moment_text, page_of
from eboxcast.simulator.errors import invalid_input, invalid_schema, missing_key, not_found
from eboxcast.simulator.holdings import Content, File, Message
from eboxcast.simulator.provider import Provider
from eboxcast.simulator.recipients import NOBODY, read_recipients

OWNER_HEADER = "x-ebox-owner"
_KILO = 1024
_LANGUAGES = ("fr", "nl", "de")


def owner_of(header: str | None) -> int:
    """Return the key of the eBox that is looked into."""
    kind, _, digits = (header or "").partition(":")
    if kind not in ("citizen", "enterprise"):
        raise invalid_input("The header X-Ebox-Owner names whose eBox it is: citizen:… or enterprise:…")
    key = int(read_recipients([{"eboxType": kind, "eboxIdValue": digits}])[0])
    if key == NOBODY:
        raise invalid_input("The header X-Ebox-Owner holds no valid number")
    return key


def summary(provider: Provider, owner: int) -> dict[str, object]:
    """Return an Ebox."""
    messages = _messages(provider, owner)
    unread = [one for one in messages if (one.message_id, owner) not in provider.holdings.read]
    size = sum(file.size for message in messages for file in message.content.files) / _KILO
    latest = {"lastReceiptDate": moment_text(messages[0].published_at)} if messages else {}
    return {"numberOfMessages": len(messages), "numberOfUnreadMessages": len(unread), "eboxSize": size, **latest}


def messages(provider: Provider, owner: int, query: Mapping[str, str]) -> dict[str, object]:
    """Return Messages, latest first, filtered by what the query names and paged."""
    if "q" in query and query.get("qlang") not in _LANGUAGES:
        raise invalid_input("q needs qlang: fr, nl or de")
    views = [_view(provider, message, owner) for message in _messages(provider, owner)]
    return page_of([view for view in views if _matches(view, query)], query)


def message(provider: Provider, owner: int, message_id: str) -> dict[str, object]:
    """Return a Message."""
    return _view(provider, _one(provider, owner, message_id), owner)


def attachments(provider: Provider, owner: int, message_id: str) -> dict[str, object]:
    """Return the Attachments of a message."""
    return _attachments(_one(provider, owner, message_id))


def attachment(provider: Provider, owner: int, message_id: str, attachment_id: str) -> dict[str, object]:
    """Return an Attachment."""
    found = _one(provider, owner, message_id)
    return _attachment(found, _number(found, attachment_id))


def content(provider: Provider, owner: int, message_id: str, attachment_id: str) -> bytes:
    """Return a file; the message is read from then on when the file is its main content."""
    found = _one(provider, owner, message_id)
    file = found.content.files[_number(found, attachment_id)]
    if file.main:
        provider.holdings.read.add((message_id, owner))
    return provider.holdings.documents[file.digest]


def body(provider: Provider, owner: int, message_id: str) -> object:
    """Return the body of a message; it is read from then on when the body is its main content."""
    optional = _one(provider, owner, message_id).content.optional
    if "bodyContent" not in optional:
        raise not_found("Body not found")
    if optional.get("bodyMainContent"):
        provider.holdings.read.add((message_id, owner))
    return optional["bodyContent"]


def update(provider: Provider, owner: int, payload: object) -> None:
    """Hide messages or show them again: all of the list, or nothing."""
    changes = [_change(provider, owner, one) for one in _items(payload)]
    for pair, visible in changes:
        if visible:
            provider.holdings.hidden.discard(pair)
        else:
            provider.holdings.hidden.add(pair)


def _items(payload: object) -> Sequence[Any]:
    items = payload.get("items") if isinstance(payload, dict) else None
    if not isinstance(items, list):
        raise missing_key("items")
    return items


def _change(provider: Provider, owner: int, given: object) -> tuple[tuple[str, int], bool]:
    if not isinstance(given, dict) or not isinstance(given.get("visible"), bool):
        raise invalid_schema("a MessageToUpdate is expected")
    return (_one(provider, owner, str(given.get("messageId"))).message_id, owner), given["visible"]


def _messages(provider: Provider, owner: int) -> list[Message]:
    """Return the messages of an eBox, latest first. It asks every content: rehearsals have few."""
    found = [content.held[owner] for content in provider.holdings.contents.values() if owner in content.held]
    found += [message for key, message in provider.holdings.doubles() if key == owner]
    unique = {message.message_id: message for message in found}
    return sorted(unique.values(), key=lambda message: message.published_at, reverse=True)


def _one(provider: Provider, owner: int, message_id: str) -> Message:
    found = provider.holdings.messages.get(message_id)
    if found is None or not found.reaches(owner):
        raise not_found("Message not found")
    return found


def _view(provider: Provider, message: Message, owner: int) -> dict[str, object]:
    pair, content = (message.message_id, owner), message.content
    view: dict[str, object] = {
        "messageId": message.message_id,
        "subject": content.subject,
        "receiptDate": moment_text(message.published_at),
        "expirationDate": moment_text(message.expires_at),
        "readStatus": pair in provider.holdings.read,
        "visible": pair not in provider.holdings.hidden,
        "registeredMail": False,
        "messageTypeId": content.message_type,
        "senderOrganizationId": content.organization,
        "senderApplicationId": content.application,
        "attachments": _attachments(message),
    }
    return view | _optional(content)


def _optional(content: Content) -> dict[str, object]:
    """Return what the sender gave besides, in the form it is read in: the body is read on its own."""
    view = {name: value for name, value in content.optional.items() if name != "bodyContent"}
    data = view.pop("businessDataList", None)
    if isinstance(data, list):
        named = [{"name": {}, **one} for one in data]
        view["businessDataList"] = {"items": named, "totalItems": len(named)}
    return view


def _attachments(message: Message) -> dict[str, object]:
    items = [_attachment(message, number) for number in range(len(message.content.files))]
    return {"items": items, "totalItems": len(items)}


def _attachment(message: Message, number: int) -> dict[str, object]:
    file: File = message.content.files[number]
    attachment_id = str(number + 1)
    return {
        "attachmentId": attachment_id,
        "fileName": file.file_name,
        "mainContent": file.main,
        "mediaType": file.media_type,
        "size": file.size / _KILO,
        "digest": {"digestMethod": "sha_256", "digestValue": base64.urlsafe_b64encode(file.digest).decode()},
        "attachmentSigned": file.signed,
        "contentHref": f"ebox/messages/{message.message_id}/attachments/{attachment_id}/content",
    }


def _number(message: Message, attachment_id: str) -> int:
    known = [str(number + 1) for number in range(len(message.content.files))]
    if attachment_id not in known:
        raise not_found("Attachment not found")
    return known.index(attachment_id)


def _matches(view: Mapping[str, object], query: Mapping[str, str]) -> bool:
    for name in ("messageTypeId", "senderOrganizationId", "senderApplicationId"):
        if name in query and view[name] != query[name]:
            return False
    for name in ("readStatus", "visible", "registeredMail"):
        if name in query and view[name] != (query[name] == "true"):
            return False
    subject = view["subject"]
    text = subject.get(query.get("qlang", ""), "") if isinstance(subject, dict) else ""
    return query.get("q", "").casefold() in text.casefold()
