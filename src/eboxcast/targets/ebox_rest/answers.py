"""What an answer means for us: the one table from the provider's errors to our outcomes.

The first row that fits counts. Its codes and sentences are those of the public FAQ of the e-Box for senders, the public
business and system errors, and RFC 9110; docs/reference/targets.md shows the table to people.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any
from uuid import UUID

from eboxcast.lib import clock
from eboxcast.lib.identifiers import CBE_DIGITS, ENTERPRISE_BASE, NISS_DIGITS, masked
from eboxcast.targets.base import Answered, OutcomeUnknown, RunRefused, TryAgain
from eboxcast.targets.ebox_rest.connection import Reply
from eboxcast.targets.ebox_rest.translating import key_of_ebox_id

LONGEST_TEXT = 300
_LIKE_AN_IDENTIFIER = re.compile(r"[0-9](?:[ ./\-\u00a0]?[0-9]){7,}")


class Meaning(Enum):
    """What an answer that is not a success says."""

    RECIPIENT_REFUSED = "refused for this recipient"
    RUN_REFUSED = "refused for the run"
    TRY_AGAIN = "nothing was done, try again"
    DONE_BEFORE = "was done before"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Row:
    """Answers of one meaning. What a row does not name, it does not look at."""

    meaning: Meaning
    statuses: range = range(300, 600)
    codes: frozenset[str] | None = None
    says: re.Pattern[str] | None = None
    contract_only: bool = False
    """Whether only an answer with the contract's StatusMessage counts: a gateway's tells nothing of the provider."""
    keyed_only: bool = False
    """Whether only the answer to a call with an Idempotency-Key counts."""
    our_code: str = ""

    def fits(self, status: int, message: StatusMessage | None, *, keyed: bool) -> bool:
        """Tell whether an answer is one of these."""
        if status not in self.statuses or (self.keyed_only and not keyed) or (self.contract_only and message is None):
            return False
        if self.codes is not None and (message is None or message.code.removeprefix("SOA-") not in self.codes):
            return False
        return self.says is None or (message is not None and self.says.search(message.message) is not None)


INVALID_RECIPIENT = "invalid-recipient"
REFUSED_BY_PROVIDER = "refused-by-provider"
NOT_TOLD = "not-told"

_REFUSALS = range(400, 500)
# The contract has no code for one wrong recipient, only this sentence ("<cbe> is not a valid company").
_WRONG_RECIPIENT = re.compile(r"\bis not a valid (company|enterprise|citizen|person|recipient)\b", re.IGNORECASE)
_OF_THE_RUN = frozenset(
    {
        *("INVALID_INPUT", "INVALID_SENDER", "DIGEST_DO_NOT_MATCH", "NOT_IMPLEMENTED"),
        *("10", "15", "20", "22", "30", "40", "42", "50", "51", "52", "620"),
        *("01001", "01002", "02001", "03001", "03002", "03003", "03004", "03005", "03006", "03007"),
    }
)
_THAT_AGAIN = frozenset({"02002"})

TABLE: Sequence[Row] = (
    Row(meaning=Meaning.TRY_AGAIN, codes=_THAT_AGAIN),
    Row(
        meaning=Meaning.RECIPIENT_REFUSED,
        statuses=_REFUSALS,
        codes=frozenset({"INVALID_INPUT"}),
        says=_WRONG_RECIPIENT,
        our_code=INVALID_RECIPIENT,
    ),
    Row(meaning=Meaning.RECIPIENT_REFUSED, codes=frozenset({"90"}), our_code=INVALID_RECIPIENT),
    Row(meaning=Meaning.DONE_BEFORE, statuses=range(409, 410), keyed_only=True),
    Row(meaning=Meaning.RUN_REFUSED, codes=_OF_THE_RUN),
    Row(meaning=Meaning.TRY_AGAIN, statuses=range(408, 409)),
    Row(meaning=Meaning.TRY_AGAIN, statuses=range(425, 426)),
    Row(meaning=Meaning.TRY_AGAIN, statuses=range(429, 430)),
    Row(meaning=Meaning.TRY_AGAIN, statuses=range(503, 504), contract_only=True),
    Row(meaning=Meaning.RUN_REFUSED, statuses=range(300, 500)),
    Row(meaning=Meaning.UNKNOWN, statuses=range(100, 1000)),
)


@dataclass(frozen=True, slots=True)
class StatusMessage:
    """The contract's body of an error."""

    code: str
    id: str
    message: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an answer means, with what may be shown of it."""

    meaning: Meaning
    our_code: str
    provider_code: str
    provider_message: str
    reference: str

    @property
    def reason(self) -> str:
        """Return the answer in a few words."""
        return f"{self.provider_code} {self.provider_message}".strip()


def judge(
    reply: Reply, *, keyed: bool = False, recipient_refusals: Sequence[str] = (), table: Sequence[Row] = TABLE
) -> Judgement:
    """Return what an answer means that is not the success asked for."""
    message = _status_message(reply.body)
    if message is not None and message.code in recipient_refusals and reply.status in _REFUSALS:
        row = Row(meaning=Meaning.RECIPIENT_REFUSED, our_code=REFUSED_BY_PROVIDER)
    else:
        row = next(row for row in table if row.fits(reply.status, message, keyed=keyed))
    return Judgement(
        meaning=row.meaning,
        our_code=row.our_code,
        provider_code=masked_text(message.code) if message else f"HTTP {reply.status}",
        provider_message=masked_text(message.message) if message else "",
        reference=_reference(message.id) if message else "-",
    )


def says_why(reply: Reply) -> bool:
    """Tell whether an error comes with the contract's StatusMessage, so from the provider and not from a gateway."""
    return _status_message(reply.body) is not None


def retry_after(reply: Reply) -> float | None:
    """Return how many seconds to wait, from a Retry-After of seconds or of a date; None without one."""
    text = reply.retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
        return max(0.0, (moment - (clock.now() - clock.offset())).total_seconds())
    except (TypeError, ValueError, OverflowError):  # no date, or one without a zone
        return None


def masked_text(text: str) -> str:
    """Return a provider's words on one line, cut to a length, with everything like an identifier masked."""
    line = "".join(sign if sign.isprintable() else " " for sign in text)
    return _LIKE_AN_IDENTIFIER.sub(_masked, line[: LONGEST_TEXT * 2])[:LONGEST_TEXT]


def _status_message(body: bytes) -> StatusMessage | None:
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(given, dict):
        return None
    code, words = given.get("code"), given.get("message")
    if not isinstance(code, str) or not isinstance(words, str):
        return None
    return StatusMessage(code=code, id=str(given.get("id", "")), message=words)


def _reference(text: str) -> str:
    """Return the id that the provider's support asks for: a UUID as it is, anything else masked."""
    try:
        return str(UUID(text))
    except ValueError:
        return masked_text(text) or "-"


def _masked(found: re.Match[str]) -> str:
    digits = re.sub(r"[^0-9]", "", found[0])
    if len(digits) == NISS_DIGITS:
        return masked(int(digits))
    return masked(ENTERPRISE_BASE + int(digits)) if len(digits) == CBE_DIGITS else "***"


NO_DIGITAL_USER = "NO_DIGITAL_USER"
"""The code of a publication to somebody who never opened the eBox."""


def published(reply: Reply, recipient: int) -> Answered:
    """Return what a PublicationStatusMessage says. Raises OutcomeUnknown when it is none."""
    answer = _object(reply)
    message_id = answer.get("messageId")
    if not isinstance(message_id, str) or not message_id:
        raise OutcomeUnknown(reason="the answer names no message")
    never_opened = answer.get("code") == NO_DIGITAL_USER
    return Answered(
        published=[recipient],
        message_ids=[message_id],
        no_digital_user=[recipient] if never_opened else [],
        expires_at=_moment(answer.get("expirationDate")),
    )


def linked(reply: Reply, message_id: str, asked: list[int]) -> Answered:
    """Return what a LinkResponse says. Raises OutcomeUnknown when it does not add up."""
    answer = _object(reply)
    errors = answer.get("errorCases", [])
    if answer.get("messageId", message_id) != message_id or not isinstance(errors, list):
        raise OutcomeUnknown(reason="the answer is about something else")
    refused = [key_of_ebox_id(one) for one in errors]
    different = {key for key in refused if key is not None}
    if answer.get("nbSuccessLinks") != len(asked) - len(refused):
        raise OutcomeUnknown(reason="the counts of the answer do not add up")
    if len(different) != len(refused) or not different <= set(asked):
        raise OutcomeUnknown(reason="the answer refuses others than those asked for")
    given = [key for key in asked if key not in different] if different else asked
    return Answered(
        published=given,
        message_ids=[message_id] * len(given),
        refused=dict.fromkeys(different, NOT_TOLD),
        expires_at=_moment(answer.get("expirationDate")),
    )


def failure(judged: Judgement, reply: Reply) -> TryAgain | OutcomeUnknown | RunRefused:
    """Return what to raise for an answer that is no success."""
    if judged.meaning is Meaning.TRY_AGAIN:
        return TryAgain(reason=judged.reason, retry_after=retry_after(reply))
    if judged.meaning is Meaning.UNKNOWN:
        return OutcomeUnknown(reason=judged.reason)
    return RunRefused(
        provider_code=judged.provider_code, provider_message=judged.provider_message, reference=judged.reference
    )


def _object(reply: Reply) -> dict[str, Any]:
    try:
        answer = json.loads(reply.body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise OutcomeUnknown(reason=f"HTTP {reply.status} with an answer that cannot be read")
    return answer


def items(reply: Reply) -> list[dict[str, Any]]:
    """Return the objects of a list. Raises TryAgain when the answer is none: a question can be asked again."""
    try:
        answer = json.loads(reply.body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, list):
        raise TryAgain(reason=f"HTTP {reply.status} with an answer that cannot be read")
    return [one for one in answer if isinstance(one, dict)]


def keys_of(items: Iterable[dict[str, Any]]) -> Iterator[int]:
    """Return the recipient of each item that names one."""
    return (key for one in items if (key := key_of_ebox_id(one.get("eboxId"))) is not None)


def _moment(text: object) -> datetime | None:
    """Return a moment of the contract, None where it is none or lacks its zone."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
