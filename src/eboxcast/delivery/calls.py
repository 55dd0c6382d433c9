"""Sending one batch: who of it is left, a note before each call, what came of it after.

No transaction of ours is open during a call. A call nobody can tell the outcome of is asked about where the provider
can be asked, repeated where it promises idempotency, and otherwise named as unknown: never repeated by itself.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from threading import Event

from eboxcast.delivery.holding import Hold, TakenOver
from eboxcast.mailboxes import sending
from eboxcast.mailboxes.sending import Results
from eboxcast.mailboxes.values import NewMessage
from eboxcast.targets.remote import Answered, OutcomeUnknown, RemoteTarget, RunRefused, TryAgain

_NOTED_TOGETHER = 10
"""Where each recipient is a call of his own: so many are noted as in flight at once, and unknown after a kill."""


_BETWEEN_QUESTIONS = 1.0
_MOST_QUESTIONS = 10
_PASSES = 3
"""How often what is left of a batch is tried before it waits for its turn again."""


class PutDown(Exception):
    """The lane was asked to stop in the middle of a batch: what is left of it waits for the next claim."""


@dataclass(frozen=True, kw_only=True)
class Errand:
    """What a lane needs to know of a run."""

    environment: str
    release: int
    salt: bytes
    message: NewMessage


class Sender:
    """Sends the batches of one run to a provider, one call after the other."""

    def __init__(self, errand: Errand, target: RemoteTarget) -> None:
        self.errand = errand
        self.target = target

    def send(self, hold: Hold, *, provider_message: str | None, stopping: Event) -> None:
        """Send to everybody of a batch who is left. What is done stays done.

        Raises TryAgain, RunRefused, TakenOver, and PutDown when asked to stop, after one call at least.
        """
        claim = hold.claim
        progress = sending.progress_of(self.errand.environment, claim.where)
        for call, keys in progress.under_way.items():
            self._settle_left_over(call, keys, provider_message)
        calls = count()
        for _ in range(_PASSES):
            left = sending.progress_of(self.errand.environment, claim.where).left
            if not left:
                return
            for keys in self._slices(left):
                hold.extend()
                number = next(calls)
                if number and stopping.is_set():
                    raise PutDown
                self._call(keys, hold, call=claim.call(number), provider_message=provider_message)
        if sending.progress_of(self.errand.environment, claim.where).left:
            raise TryAgain(reason="its calls are cut again and again")

    def open(self, hold: Hold) -> str | None:
        """Publish the message to the first who is not refused and return its id; None where nobody can tell it."""
        claim = hold.claim
        progress = sending.progress_of(self.errand.environment, claim.where)
        for call, keys in progress.under_way.items():
            if not self.target.capabilities.idempotency_key:
                self._end(call, keys, Results(unknown=keys))
                return None
            self._end(call, keys, Results())
        for index, key in enumerate(sending.progress_of(self.errand.environment, claim.where).left):
            answered = self._open_with(key, hold, call=claim.call(index))
            if answered is None or not answered.refused:
                return (answered.message_ids[0] or None) if answered and answered.message_ids else None
        return None

    def _open_with(self, key: int, hold: Hold, *, call: str) -> Answered | None:
        sending.begin_call(self.errand.environment, self.errand.release, [key], call=call)
        answered = self._answer([key], call, lambda: self._publish(key, hold))
        if answered is not None and any(answered.message_ids):
            sending.keep_provider_message(self.errand.environment, self.errand.release, answered.message_ids[0])
        results = Results(unknown=[key]) if answered is None else _results(answered)
        self._end(call, [key], results)
        return answered

    def _slices(self, left: Sequence[int]) -> Iterator[Sequence[int]]:
        able = self.target.capabilities
        size = able.recipients_per_call if able.links else _NOTED_TOGETHER
        for start in range(0, len(left), size):
            yield left[start : start + size]

    def _call(self, keys: Sequence[int], hold: Hold, *, call: str, provider_message: str | None) -> None:
        sending.begin_call(self.errand.environment, self.errand.release, keys, call=call)
        if provider_message is None:
            results = self._publish_each(keys, hold, call)
        else:
            answered = self._answer(keys, call, lambda: self._link(keys, hold, provider_message))
            results = self._asked(keys, provider_message) if answered is None else _results(answered)
        self._end(call, keys, results)

    def _publish_each(self, keys: Sequence[int], hold: Hold, call: str) -> Results:
        """Publish to each; what was answered is noted even when a later one is refused or must wait."""
        answers: list[Answered] = []
        unknown: list[int] = []
        for key in keys:
            try:
                answers.append(self._publish(key, hold))
            except OutcomeUnknown:
                if not self.target.capabilities.idempotency_key:
                    unknown.append(key)
            except (TryAgain, RunRefused, TakenOver):
                self._end(call, keys, _together(answers, unknown))
                raise
        return _together(answers, unknown)

    def _link(self, keys: Sequence[int], hold: Hold, provider_message: str) -> Answered:
        hold.check()
        return self.target.link(provider_message, keys)

    def _publish(self, key: int, hold: Hold) -> Answered:
        hold.check()
        return self.target.publish(self.errand.message, key, idempotency_key=self._idempotency_key(key))

    def _idempotency_key(self, key: int) -> str:
        """Return the same word for the same recipient of the same release; nobody can compute back who it is."""
        return hmac.new(self.errand.salt, str(key).encode(), "sha256").hexdigest()[:32]

    def _answer(self, keys: Sequence[int], call: str, make: Callable[[], Answered]) -> Answered | None:
        try:
            return make()
        except OutcomeUnknown:
            return None
        except (TryAgain, RunRefused, TakenOver):
            self._end(call, keys, Results())
            raise

    def _settle_left_over(self, call: str, keys: Sequence[int], provider_message: str | None) -> None:
        """Find out what came of a call whose worker did not live to note it."""
        results = Results(unknown=keys)
        if self.target.capabilities.idempotency_key and provider_message is None:
            results = Results()
        elif provider_message is not None:
            results = self._asked(keys, provider_message)
        self._end(call, keys, results, may_be_gone=True)

    def _asked(self, keys: Sequence[int], provider_message: str) -> Results:
        """Ask the provider who of them has the message; who has not is left, to be sent to again.

        A call that was cut may still be carried out: only when two answers, a moment apart, are the same does "he has
        it not" count. Until then the recipients stay in flight.
        """
        if not self.target.capabilities.statuses:
            return Results(unknown=keys)
        before: set[int] | None = None
        for _ in range(_MOST_QUESTIONS):
            has_it = {key for key, there in self.target.statuses(provider_message, keys).items() if there}
            if has_it == before or len(has_it) == len(keys):
                return Results(sent=sorted(has_it))
            before = has_it
            Event().wait(_BETWEEN_QUESTIONS)
        raise TryAgain(reason="the provider is still at work on a call that was cut")

    def _end(self, call: str, keys: Sequence[int], results: Results, *, may_be_gone: bool = False) -> None:
        noted = sending.end_call(self.errand.environment, self.errand.release, keys, call=call, results=results)
        if not noted and not may_be_gone:
            raise TakenOver


def _results(answered: Answered) -> Results:
    return Results(
        sent=answered.published,
        refused=answered.refused,
        no_digital_user=answered.no_digital_user or (),
    )


def _together(answers: Sequence[Answered], unknown: Sequence[int]) -> Results:
    return Results(
        sent=[key for answer in answers for key in answer.published],
        message_ids=[name for answer in answers for name in answer.message_ids],
        refused={key: code for answer in answers for key, code in answer.refused.items()},
        unknown=unknown,
        no_digital_user=[key for answer in answers for key in answer.no_digital_user or ()],
    )
