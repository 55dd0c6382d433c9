"""Sending one batch: who of it is left, a note before each call, what came of it after.

No transaction of ours is open during a call. A call nobody can tell the outcome of is asked about where the provider
can be asked, repeated where it promises idempotency, and otherwise named as unknown: never repeated by itself.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, count
from threading import Event
from time import monotonic

from eboxcast.delivery.remote import batches
from eboxcast.delivery.remote.batches import Claim
from eboxcast.delivery.remote.leases import Hold, TakenOver
from eboxcast.lib.crashpoints import Calling
from eboxcast.mailboxes import outcomes, sending
from eboxcast.mailboxes.models import OutcomeKind
from eboxcast.mailboxes.outcomes import Call, Progress, Results
from eboxcast.mailboxes.values import NewMessage
from eboxcast.targets.base import Answered, OutcomeUnknown, RunRefused, Target, TryAgain

_NOTED_TOGETHER = 10
"""Where each recipient is a call of his own: so many are noted as in flight at once, and unknown after a kill."""
MOST_REQUESTS = 8
"""Where the provider links and tells who has a message: so many requests at most are a batch, and noted together."""
_BETWEEN_LOOKS = 1.0
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

    def __init__(self, errand: Errand, target: Target) -> None:
        self.errand = errand
        self.target = target
        self._looked_at = 0.0
        self._goes_on = True

    def send(self, hold: Hold, *, provider_message: str | None, stopping: Event) -> Mapping[str, int]:
        """Send to everybody of a batch who is left, and return how many of it have each outcome now.

        What is done stays done. Raises TryAgain, RunRefused, TakenOver, and PutDown when asked to stop or when
        the run may not go on, after one request at least.
        """
        self._looked_at, self._goes_on = monotonic(), True
        call = self._begin_with_all(hold.claim) if provider_message else None
        if call is not None:
            results = self._make(call, hold, provider_message, stopping)
            self._end(call, results)
            if not results.left_of(call.keys):
                return counted(results)
            self._refuse_to_go_on(hold, stopping)
        return self._send_what_is_left(hold, provider_message, stopping)

    def _begin_with_all(self, claim: Claim) -> Call | None:
        """Note a call with everybody of a batch, where they may be noted together and nothing is known of any yet."""
        if claim.recipients_count > self._noted_together():
            return None
        count = claim.recipients_count
        return outcomes.begin_range(self.errand.environment, claim.where, call=claim.call(0), count=count)

    def _noted_together(self) -> int:
        """Return how many recipients may be in flight at once: all of a batch where the provider tells of each."""
        able = self.target.capabilities
        if not able.links:
            return _NOTED_TOGETHER
        return able.recipients_per_call * (MOST_REQUESTS if able.statuses else 1)

    def _send_what_is_left(self, hold: Hold, provider_message: str | None, stopping: Event) -> Mapping[str, int]:
        numbers = count(1)
        progress = self._progress_after_settling(hold, provider_message)
        left, counts = progress.left, Counter(progress.counts)
        for _ in range(_PASSES):
            if not left:
                return counts
            noted = slices(left, self._noted_together())
            calls = [Call(code=hold.claim.call(next(numbers)), keys=keys) for keys in noted]
            all_of_them = self._make_all(calls, hold, provider_message, stopping)
            left = all_of_them.left_of(left)
            counts.update(counted(all_of_them))
        if left:
            raise TryAgain(reason="its calls are cut again and again")
        return counts

    def _progress_after_settling(self, hold: Hold, provider_message: str | None) -> Progress:
        where = hold.claim.where
        progress = outcomes.progress_of(self.errand.environment, where)
        for call in progress.calls():
            hold.check()  # who was frozen may see a call of somebody who took over
            self._settle_left_over(call, provider_message)
        return outcomes.progress_of(self.errand.environment, where) if progress.under_way else progress

    def _make_all(self, calls: Sequence[Call], hold: Hold, message: str | None, stopping: Event) -> Results:
        """Make some calls, each noted together with what came of the one before; return what came of all."""
        made: list[Results] = []
        self._begin(calls[0])
        for call, then in zip(calls, (*calls[1:], None), strict=True):
            results = self._make(call, hold, message, stopping)
            made.append(results)
            if (then or results.left_of(call.keys)) and not self._may_go_on(hold, stopping):
                self._end(call, results)
                raise PutDown
            self._end(call, results, then=then)
        return together(made)

    def _may_go_on(self, hold: Hold, stopping: Event) -> bool:
        """Say whether a batch may be gone on with; what was decided about the run is looked up once a second."""
        if self._goes_on and monotonic() - self._looked_at >= _BETWEEN_LOOKS:
            self._looked_at = monotonic()
            self._goes_on = batches.may_go_on(hold.claim)
        return self._goes_on and not stopping.is_set()

    def _refuse_to_go_on(self, hold: Hold, stopping: Event) -> None:
        if not self._may_go_on(hold, stopping):
            raise PutDown

    def open(self, hold: Hold) -> str | None:
        """Publish the message to the first who is not refused and return its id; None where nobody can tell it."""
        claim = hold.claim
        progress = outcomes.progress_of(self.errand.environment, claim.where)
        for call in progress.calls():
            if not self.target.capabilities.idempotency_key:
                self._end(call, Results(unknown=call.keys))
                return None
            self._end(call, Results())
        for index, key in enumerate(sorted(chain(progress.left, *progress.under_way.values()))):
            answered = self._open_with(Call(code=claim.call(index), keys=[key]), hold)
            if answered is None or not answered.refused:
                return (answered.message_ids[0] or None) if answered and answered.message_ids else None
        return None

    def _open_with(self, call: Call, hold: Hold) -> Answered | None:
        self._begin(call)
        answered = self._answer(call, lambda: self._publish(call.keys[0], hold))
        if answered is not None and any(answered.message_ids):
            sending.keep_provider_message(self.errand.environment, self.errand.release, answered.message_ids[0])
        self._end(call, Results(unknown=call.keys) if answered is None else of_answer(answered))
        return answered

    def _make(self, call: Call, hold: Hold, message: str | None, stopping: Event) -> Results:
        """Make the requests of a call; what was answered is noted even when a later one is refused or must wait."""
        answers: list[Results] = []
        for keys in slices(call.keys, self.target.capabilities.recipients_per_call):
            if answers and message and not self._may_go_on(hold, stopping):
                break
            try:
                answers.append(self._request(keys, hold, message))
            except OutcomeUnknown:
                answers.append(self._in_doubt(keys, message))
            except (TryAgain, RunRefused, TakenOver):
                self._end(call, together(answers))
                raise
        return together(answers)

    def _request(self, keys: Sequence[int], hold: Hold, message: str | None) -> Results:
        if message is None:
            answered = self._publish(keys[0], hold)
            return of_answer(answered, ids=answered.message_ids)
        return of_answer(self.target.link(message, keys, guard=partial(hold.writing, Calling.LINKING)))

    def _in_doubt(self, keys: Sequence[int], message: str | None) -> Results:
        """Find out what a request came to that was cut, or name its recipients as unknown; none: they are left."""
        if message is not None:
            return self._asked(keys, message)
        return Results() if self.target.capabilities.idempotency_key else Results(unknown=keys)

    def _publish(self, key: int, hold: Hold) -> Answered:
        name = self._idempotency_key(key) if self.target.capabilities.idempotency_key else ""
        return self.target.publish(self.errand.message, key, idempotency_key=name, guard=hold.writing)

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
        self._end(call, self._in_doubt(call.keys, provider_message), may_be_gone=True)

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
        outcomes.begin_call(self.errand.environment, self.errand.release, call.keys, call=call.code)

    def _end(self, call: Call, results: Results, *, then: Call | None = None, may_be_gone: bool = False) -> None:
        noted = outcomes.end_call(self.errand.environment, self.errand.release, call, results, then=then)
        if not noted and not may_be_gone:
            raise TakenOver


def counted(results: Results) -> Mapping[str, int]:
    """Return how many recipients of a whole batch have each outcome after it."""
    return Counter(
        {
            OutcomeKind.SENT: len(results.sent),
            OutcomeKind.REFUSED_BY_TARGET: len(results.refused),
            OutcomeKind.UNKNOWN: len(results.unknown),
        }
    )


def of_answer(answered: Answered, *, ids: Sequence[str] | None = None) -> Results:
    """Return what is to be noted of an answer, with ids where the provider has one for each."""
    return Results(
        sent=answered.published,
        message_ids=ids,
        refused=answered.refused,
        no_digital_user=answered.no_digital_user or (),
    )


def together(answers: Sequence[Results]) -> Results:
    """Return several as one."""
    if len(answers) == 1:
        return answers[0]
    ids = [name for answer in answers for name in answer.message_ids or ()]
    return Results(
        sent=[key for answer in answers for key in answer.sent],
        message_ids=ids or None,
        refused={key: code for answer in answers for key, code in answer.refused.items()},
        unknown=[key for answer in answers for key in answer.unknown],
        no_digital_user=[key for answer in answers for key in answer.no_digital_user],
    )


def slices(keys: Sequence[int], size: int) -> list[Sequence[int]]:
    """Cut recipients into pieces of at most this size."""
    return [keys[start : start + size] for start in range(0, len(keys), size)]
