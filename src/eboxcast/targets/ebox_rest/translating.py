"""Our values in the words of the public contract: the payloads of its calls, and what it cannot carry."""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

import numpy as np

from eboxcast.lib.buckets import Keys
from eboxcast.lib.identifiers import CBE_DIGITS, ENTERPRISE_BASE, NISS_DIGITS, text_of_key
from eboxcast.lib.media_types import MEDIA_TYPES
from eboxcast.lib.translation import N_
from eboxcast.mailboxes.values import NewMessage
from eboxcast.targets.base import RunRefused

# Smals' limits: the stricter of those published over the years, so that every version takes the message.
LONGEST_TITLE = 255
LONGEST_FILE_NAME = 80
LONGEST_META_BYTES = 256
LANGUAGES = ("fr", "nl", "de")
_PART = "upfile1"
_INSTITUTION = re.compile(r"[01][0-9]{9}")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_UNQUOTABLE = re.compile(r'["\\\x00-\x1f\x7f-\x9f]')


class NotInTheContract(RunRefused):
    """The provider's contract has no way to carry this broadcast."""

    code = "provider.not-in-the-contract"
    sentence = N_("The provider cannot accept this broadcast: {what}. Nothing was sent.")
    remedy = N_(
        "Correct the package and start a new run. For what the provider accepts, see docs/reference/targets.md."
    )


class Letter:
    """A message ready to be published to one recipient after the other: only the recipient is written anew."""

    def __init__(self, message: NewMessage, *, metas: Sequence[str]) -> None:
        check_expressible(message, metas=metas)
        boundary = secrets.token_hex(16)
        self.message = message
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._start = _part_head(boundary, 'name="messageToPublish"', "application/json")
        self._rest = b"," + _dump(_fields(message))[1:]
        name = f'name="{_PART}"; filename="{file_name_of(message.file_name)}"'
        self._middle = b"\r\n" + _part_head(boundary, name, message.media_type)
        self._end = f"\r\n--{boundary}--\r\n".encode()

    def body(self, recipient: int) -> Sequence[bytes]:
        """Return the pieces of the request's body; the document is the one in memory, not a copy."""
        to_one = b'{"recipient":' + _ebox_id(recipient).encode()
        return [self._start + to_one + self._rest + self._middle, self.message.document, self._end]


def check_expressible(message: NewMessage, *, metas: Sequence[str]) -> None:
    """Refuse, before anything is sent, what the contract cannot carry. Raises NotInTheContract."""
    problem = next(_problems(message, frozenset(metas)), None)
    if problem is not None:
        raise NotInTheContract(what=problem)


def file_name_of(name: str) -> str:
    """Return a file name as the header of a part has it: outside ISO-8859-1 it is URI-encoded, as the provider asks.

    So is a name that looks encoded already, which the provider would decode, and one with signs a header cannot have.
    """
    try:
        name.encode("iso-8859-1")
    except UnicodeEncodeError:
        return quote(name, safe=" ")
    return quote(name, safe=" ") if _ESCAPE.search(name) or _UNQUOTABLE.search(name) else name


def link_body(message_id: str, recipients: Sequence[int]) -> bytes:
    """Return the MessageToLink."""
    start = f'{{"messageId":{json.dumps(message_id)},"recipients":['.encode()
    return b"".join((start, _ebox_ids(np.asarray(recipients, dtype=np.int64)), b"]}"))


def statuses_body(message_id: str, recipients: Iterable[int]) -> bytes:
    """Return the pairs of message and eBox of a searchMessageStatus."""
    start = f'{{"messageId":{json.dumps(message_id)},"eboxId":'
    return ("[" + ",".join(f"{start}{_ebox_id(key)}}}" for key in recipients) + "]").encode()


def key_of_ebox_id(given: object) -> int | None:
    """Return the recipient key of an EboxId in an answer, None where it is none."""
    if not isinstance(given, dict):
        return None
    kind, value = given.get("eboxType"), given.get("eboxIdValue")
    if not isinstance(kind, str) or not isinstance(value, str) or not (value.isascii() and value.isdigit()):
        return None
    if len(value) > NISS_DIGITS:  # it would reach into another kind of key
        return None
    return int(value) + (ENTERPRISE_BASE if kind.lower() == "enterprise" else 0)


def _problems(message: NewMessage, metas: frozenset[str]) -> Iterator[str]:
    if message.media_type not in MEDIA_TYPES:
        yield f"it takes no documents of type {message.media_type}"
    if not 1 <= len(message.title) <= LONGEST_TITLE:
        yield f"a title has 1 to {LONGEST_TITLE} characters"
    if not 1 <= len(message.file_name) <= LONGEST_FILE_NAME:
        yield f"a file name has 1 to {LONGEST_FILE_NAME} characters"
    if message.language.lower() not in LANGUAGES:
        yield f"it knows the languages {', '.join(LANGUAGES)}"
    if not _INSTITUTION.fullmatch(message.identity.institution):
        yield "the institution must be a CBE number of ten digits"
    if not set(message.metas) <= metas:
        yield f"the Meta {min(set(message.metas) - metas)} is not among the metas of this target"
    if any(len(value.encode()) > LONGEST_META_BYTES for values in message.metas.values() for value in values):
        yield f"a value of a Meta has at most {LONGEST_META_BYTES} bytes"


def _fields(message: NewMessage) -> dict[str, object]:
    """Return the MessageToPublish without its recipient: one language, one main content, no nulls."""
    language = message.language.lower()
    digest = base64.urlsafe_b64encode(message.document_digest).decode()
    attachment = {
        "httpPartName": _PART,
        "mainContent": True,
        "attachmentSigned": False,
        "digest": {"digestMethod": "sha_256", "digestValue": digest},
    }
    fields: dict[str, object] = {
        "subject": {language: message.title},
        "senderOrganizationId": message.identity.institution,
        "senderApplicationId": message.identity.application,
        "messageTypeId": message.type_code,
        "attachments": [attachment],
        "bodyMainContent": False,
        "replyAuthorized": False,
    }
    if message.metas:
        fields["businessDataList"] = [
            {"key": key, "values": [{language: value} for value in values]} for key, values in message.metas.items()
        ]
    return fields


def _part_head(boundary: str, disposition: str, media_type: str) -> bytes:
    head = f"--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\nContent-Type: {media_type}\r\n\r\n"
    return head.encode("iso-8859-1")


def _ebox_id(key: int) -> str:
    # Written by hand: a call has a thousand of them, and this takes a third of the time of json.dumps.
    kind = "enterprise" if key >= ENTERPRISE_BASE else "citizen"
    return f'{{"eboxType":"{kind}","eboxIdValue":"{text_of_key(key)}"}}'


def _ebox_ids(keys: Keys) -> bytes:
    """Return the same for many, with commas: digit by digit for all of them at once where all are of one kind."""
    enterprises = int(np.count_nonzero(keys >= ENTERPRISE_BASE))
    if 0 < enterprises < len(keys):
        return ",".join(map(_ebox_id, keys.tolist())).encode()
    like = _ebox_id(ENTERPRISE_BASE if enterprises else 0).encode() + b","
    digits = CBE_DIGITS if enterprises else NISS_DIGITS
    first = like.index(b"0")
    text = np.tile(np.frombuffer(like, dtype=np.uint8), (len(keys), 1))
    rest = keys % ENTERPRISE_BASE
    for place in range(first + digits - 1, first - 1, -1):
        rest, digit = np.divmod(rest, 10)
        text[:, place] += digit.astype(np.uint8)
    return text.tobytes()[:-1]


def _dump(value: object) -> bytes:
    """Return JSON in ASCII, which no charset on the way can spoil."""
    return json.dumps(value, separators=(",", ":")).encode()
