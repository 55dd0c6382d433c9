"""Sending one batch: who of it is left, a note before each call, what came of it after.

No transaction of ours is open during a call. A call nobody can tell the outcome of is asked about where the provider
can be asked, repeated where it promises idempotency, and otherwise named as unknown: never repeated by itself.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from threading import Event

from eboxcast.delivery.batches import Claim
from eboxcast.delivery.holding import Hold, TakenOver
from eboxcast.mailboxes import noting, sending
from eboxcast.mailboxes.models import OutcomeKind
from eboxcast.mailboxes.noting import Call, Results
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

    def send(self, hold: Hold, *, provider_message: str | None, stopping: Event) -> Mapping[str, int]:
        """Send to everybody of a batch who is left, and return how many of it have each outcome now.

        What is done stays done. Raises TryAgain, RunRefused, TakenOver, and PutDown when asked to stop, after one
        call at least.
        """
        call = self._begin_with_all(hold.claim) if provider_message else None
        if call is not None:
            results = self._make_noted(call, hold, provider_message)
            self._end(call, results)
            if not results.left_of(call.keys):
                return _counted(results)
        self._send_what_is_left(hold, provider_message, stopping)
        return noting.counts_in(self.errand.environment, hold.claim.where)

    def _begin_with_all(self, claim: Claim) -> Call | None:
        """Note a call with everybody of a batch, where one call takes them all and nothing is known of anybody yet."""
        if claim.recipients_count > self.target.capabilities.recipients_per_call:
            return None
        keys = noting.begin_range(self.errand.environment, claim.where, call=claim.call(0))
        return Call(code=claim.call(0), keys=keys) if keys else None

    def _send_what_is_left(self, hold: Hold, provider_message: str | None, stopping: Event) -> None:
        numbers = count(1)
        left = self._left_after_settling(hold, provider_message)
        for _ in range(_PASSES):
            if not left:
                return
            calls = [Call(code=hold.claim.call(next(numbers)), keys=keys) for keys in self._slices(left)]
            left = self._make(calls, hold, provider_message, stopping)
        if left:
            raise TryAgain(reason="its calls are cut again and again")

    def _left_after_settling(self, hold: Hold, provider_message: str | None) -> Sequence[int]:
        where = hold.claim.where
        progress = noting.progress_of(self.errand.environment, where)
        for code, keys in progress.under_way.items():
            hold.check()  # who was frozen may see a call of somebody who took over
            self._settle_left_over(Call(code=code, keys=keys), provider_message)
        return noting.progress_of(self.errand.environment, where).left if progress.under_way else progress.left

    def _make(self, calls: Sequence[Call], hold: Hold, message: str | None, stopping: Event) -> list[int]:
        """Make some calls, each noted together with what came of the one before; return who is left of all."""
        left: list[int] = []
        self._begin(calls[0])
        for call, then in zip(calls, (*calls[1:], None), strict=True):
            results = self._make_noted(call, hold, message)
            left += results.left_of(call.keys)
            if then and stopping.is_set():
                self._end(call, results)
                raise PutDown
            self._end(call, results, then=then)
        return left

    def open(self, hold: Hold) -> str | None:
        """Publish the message to the first who is not refused and return its id; None where nobody can tell it."""
        claim = hold.claim
        progress = noting.progress_of(self.errand.environment, claim.where)
        for code, keys in progress.under_way.items():
            if not self.target.capabilities.idempotency_key:
                self._end(Call(code=code, keys=keys), Results(unknown=keys))
                return None
            self._end(Call(code=code, keys=keys), Results())
        for index, key in enumerate(sorted({*progress.left, *_of_all(progress.under_way)})):
            answered = self._open_with(Call(code=claim.call(index), keys=[key]), hold)
            if answered is None or not answered.refused:
                return (answered.message_ids[0] or None) if answered and answered.message_ids else None
        return None

    def _open_with(self, call: Call, hold: Hold) -> Answered | None:
        self._begin(call)
        answered = self._answer(call, lambda: self._publish(call.keys[0], hold))
        if answered is not None and any(answered.message_ids):
            sending.keep_provider_message(self.errand.environment, self.errand.release, answered.message_ids[0])
        self._end(call, Results(unknown=call.keys) if answered is None else _results(answered))
        return answered

    def _slices(self, left: Sequence[int]) -> list[Sequence[int]]:
        able = self.target.capabilities
        size = able.recipients_per_call if able.links else _NOTED_TOGETHER
        return [left[start : start + size] for start in range(0, len(left), size)]

    def _make_noted(self, call: Call, hold: Hold, provider_message: str | None) -> Results:
        if provider_message is None:
            return self._publish_each(call, hold)
        answered = self._answer(call, lambda: self._link(call.keys, hold, provider_message))
        return self._asked(call.keys, provider_message) if answered is None else _results(answered)

    def _publish_each(self, call: Call, hold: Hold) -> Results:
        """Publish to each; what was answered is noted even when a later one is refused or must wait."""
        answers: list[Answered] = []
        unknown: list[int] = []
        for key in call.keys:
            try:
                answers.append(self._publish(key, hold))
            except OutcomeUnknown:
                if not self.target.capabilities.idempotency_key:
                    unknown.append(key)
            except (TryAgain, RunRefused, TakenOver):
                self._end(call, _together(answers, unknown))
                raise
        return _together(answers, unknown)

    def _link(self, keys: Sequence[int], hold: Hold, provider_message: str) -> Answered:
        return self.target.link(provider_message, keys, guard=hold.check)

    def _publish(self, key: int, hold: Hold) -> Answered:
        idempotency_key = self._idempotency_key(key)
        return self.target.publish(self.errand.message, key, idempotency_key=idempotency_key, guard=hold.check)

    def _idempotency_key(self, key: int) -> str:
        """Return the same word for the same recipient of the same release; nobody can compute back who it is."""
        return hmac.new(self.errand.salt, str(key).encode(), "sha256").hexdigest()[:32]

    def _answer(self, call: Call, make: Callable[[], Answered]) -> Answered | None:
        try:
            return make()
        except OutcomeUnknown:
            return None
        except (TryAgain, RunRefused, TakenOver):
            self._end(call, Results())
            raise

    def _settle_left_over(self, call: Call, provider_message: str | None) -> None:
        """Find out what came of a call whose worker did not live to note it."""
        results = Results(unknown=call.keys)
        if self.target.capabilities.idempotency_key and provider_message is None:
            results = Results()
        elif provider_message is not None:
            results = self._asked(call.keys, provider_message)
        self._end(call, results, may_be_gone=True)

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

    def _begin(self, call: Call) -> None:
        noting.begin_call(self.errand.environment, self.errand.release, call.keys, call=call.code)

    def _end(self, call: Call, results: Results, *, then: Call | None = None, may_be_gone: bool = False) -> None:
        noted = noting.end_call(self.errand.environment, self.errand.release, call, results, then=then)
        if not noted and not may_be_gone:
            raise TakenOver


def _of_all(calls: Mapping[str, Sequence[int]]) -> list[int]:
    return [key for keys in calls.values() for key in keys]


def _counted(results: Results) -> Mapping[str, int]:
    return Counter(
        {
            OutcomeKind.SENT: len(results.sent),
            OutcomeKind.REFUSED_BY_TARGET: len(results.refused),
            OutcomeKind.UNKNOWN: len(results.unknown),
        }
    )


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
