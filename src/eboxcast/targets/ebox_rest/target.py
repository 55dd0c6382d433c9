"""The provider as a target: each call translated, carried out, and its answer told as an outcome."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from eboxcast.mailboxes.values import NewMessage
from eboxcast.targets.base import Answered, Guard, Target, TryAgain, always
from eboxcast.targets.ebox_rest.answers import (
    Judgement,
    Meaning,
    failure,
    items,
    judge,
    keys_of,
    linked,
    published,
    retry_after,
    says_why,
)
from eboxcast.targets.ebox_rest.client import Call, Client, Effect
from eboxcast.targets.ebox_rest.connection import Reply
from eboxcast.targets.ebox_rest.credentials import token_source
from eboxcast.targets.ebox_rest.options import EboxRestOptions
from eboxcast.targets.ebox_rest.translating import (
    Letter,
    check_expressible,
    link_body,
    statuses_body,
)

"""The contract states no limit; this is that of its SOAP sibling, hasAnEbox."""
_PROBE_CONNECT_SECONDS = 5.0
_PROBE_ANSWER_SECONDS = 10.0
_NO_MESSAGE = "00000000-0000-0000-0000-000000000000"
_NOBODY = 10_100_173
"""A valid number of the first day of 1900, as the samples have them: nobody living."""
_DONE = (200, 201)
_NOT_FOUND = 404


class EboxRestTarget(Target):
    """A provider that speaks the Message Registry contract v2.1. One object per lane."""

    def __init__(self, environment: str, options: EboxRestOptions) -> None:
        super().__init__(environment, options)
        self._options = options
        self._client = Client(options)
        self._letter: Letter | None = None

    def refuse_inexpressible(self, message: NewMessage) -> None:
        check_expressible(message, metas=self._options.metas)

    def publish(self, message: NewMessage, recipient: int, *, idempotency_key: str, guard: Guard = always) -> Answered:
        letter = self._letter_of(message)
        keyed = self._options.idempotency_key
        call = Call(
            url=f"{self._options.base_url}/publishMessage",
            body=letter.body(recipient),
            content_type=letter.content_type,
            effect=Effect.KEYED if keyed else Effect.AGAIN,
            headers={"Idempotency-Key": f'"{idempotency_key}"'} if keyed else {},
            guard=guard,
        )
        reply = self._client.carry_out(call)
        if reply.status in _DONE:
            return published(reply, recipient)
        judged = self._judge(reply, keyed=keyed)
        if judged.meaning is Meaning.DONE_BEFORE:
            return Answered(published=[recipient], message_ids=[""])
        if judged.meaning is Meaning.RECIPIENT_REFUSED:
            return Answered(published=[], message_ids=[], refused={recipient: judged.our_code})
        raise failure(judged, reply)

    def link(self, message_id: str, recipients: Sequence[int], *, guard: Guard = always) -> Answered:
        asked = list(map(int, recipients))
        body = [link_body(message_id, asked)]
        call = Call(url=f"{self._options.base_url}/linkEboxMessage", body=body, guard=guard)
        reply = self._client.carry_out(call)
        if reply.status in _DONE:
            return linked(reply, message_id, asked)
        judged = self._judge(reply)
        if judged.meaning is Meaning.RECIPIENT_REFUSED and len(asked) == 1:
            return Answered(published=[], message_ids=[], refused={asked[0]: judged.our_code})
        raise failure(judged, reply)

    def statuses(self, message_id: str, recipients: Sequence[int]) -> Mapping[int, bool]:
        asked = list(map(int, recipients))
        holding: set[int] = set()
        for some in _slices(asked, self._options.statuses_per_call):
            holding |= self._holding(message_id, some)
        return {key: key in holding for key in asked}

    def probe(self) -> None:
        """Ask for a token and, where it tells statuses, a question about nobody that changes nothing."""
        options = replace(
            self._options,
            connect_seconds=min(self._options.connect_seconds, _PROBE_CONNECT_SECONDS),
            answer_seconds=min(self._options.answer_seconds, _PROBE_ANSWER_SECONDS),
        )
        token_source(options).token()
        if not options.statuses:
            return
        patient = EboxRestTarget(self.environment, options)
        try:
            patient.statuses(_NO_MESSAGE, [_NOBODY])
        finally:
            patient.close()

    def make_ready(self) -> None:
        token_source(self._options).token()

    def close(self) -> None:
        self._client.close()

    def _letter_of(self, message: NewMessage) -> Letter:
        if self._letter is None or self._letter.message is not message:
            self._letter = Letter(message, metas=self._options.metas)
        return self._letter

    def _judge(self, reply: Reply, *, keyed: bool = False) -> Judgement:
        return judge(reply, keyed=keyed, recipient_refusals=self._options.recipient_refusals)

    def _holding(self, message_id: str, asked: Sequence[int]) -> set[int]:
        """Return who of them has the message.

        404 says "Messages not found", not whose: halves are asked until it is about one recipient, as taking it for
        all of them could publish to somebody twice.
        """
        reply = self._ask(f"{self._options.base_url}/searchMessageStatus", statuses_body(message_id, asked))
        if reply.status != _NOT_FOUND:
            return set(asked).intersection(keys_of(one for one in items(reply) if one.get("messageId") == message_id))
        if len(asked) == 1:
            return set()
        half = len(asked) // 2
        return self._holding(message_id, asked[:half]) | self._holding(message_id, asked[half:])

    def _ask(self, url: str, body: bytes) -> Reply:
        """Return the answer to a question, or that nothing was found. Raises TryAgain, RunRefused."""
        reply = self._client.carry_out(Call(url=url, body=[body], effect=Effect.NONE))
        if reply.status in _DONE or (reply.status == _NOT_FOUND and says_why(reply)):
            return reply
        judged = self._judge(reply)
        if judged.meaning is Meaning.UNKNOWN:
            raise TryAgain(reason=judged.reason, retry_after=retry_after(reply))
        raise failure(judged, reply)


def _slices(keys: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (keys[start : start + size] for start in range(0, len(keys), size))
