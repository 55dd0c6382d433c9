"""What an answer comes to: successes read, and taken for one only where they add up; failures as what to raise."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from eboxcast.targets.base import Answered, OutcomeUnknown, RunRefused, TryAgain
from eboxcast.targets.ebox_rest.answers import NOT_TOLD, Judgement, Meaning, retry_after
from eboxcast.targets.ebox_rest.connection import Reply
from eboxcast.targets.ebox_rest.translating import key_of_ebox_id

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
