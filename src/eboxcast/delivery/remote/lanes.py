"""A lane works on a remote run: claim a batch, send it, record it, again. Any number of lanes, in any process.

A lane keeps nothing: whatever it knows is in the databases, so it can die at any moment and another goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from threading import Condition, Event, Lock
from uuid import UUID

from eboxcast.delivery.models import Run
from eboxcast.delivery.remote import batches
from eboxcast.delivery.remote.batches import BUSY_WAIT, Claim, Done, Why
from eboxcast.delivery.remote.calls import Errand, PutDown, Sender
from eboxcast.delivery.remote.leases import Hold, LeaseRenewer, TakenOver, now
from eboxcast.delivery.remote.logs import log
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.settlement import settle
from eboxcast.lib.translation import translate
from eboxcast.mailboxes import outcomes, sending
from eboxcast.mailboxes.errors import FenceClosed
from eboxcast.mailboxes.fence import get_release
from eboxcast.mailboxes.messages import stored_message
from eboxcast.mailboxes.models import OutcomeKind
from eboxcast.targets.base import RunRefused, Target, TryAgain

_LONGEST_WAIT = 1.0
"""Seconds: a lane that waits looks this often whether something was decided meanwhile."""
_FIRST_BACKOFF = 1.0
_LONGEST_BACKOFF = 60.0


class Bell:
    """Wakes the lanes of this process that wait for one another: all may begin, or all is done."""

    def __init__(self) -> None:
        self.rung = 0
        self._changed = Condition()

    def ring(self) -> None:
        """Wake everybody who waits."""
        with self._changed:
            self.rung += 1
            self._changed.notify_all()

    def wait(self, seconds: float, seen: int) -> None:
        """Wait until it was rung once more than ``seen``."""
        with self._changed:
            self._changed.wait_for(lambda: self.rung != seen, timeout=seconds)


_BELL = Bell()
_BEGINNING = Lock()
"""The lanes of a process begin together: one of them records that, and the others find it done."""
_RUNS_AT_ONCE = 4
"""Of so many runs the message stays in memory with its document: lanes of a worker come and go every two seconds."""


class End(Enum):
    """Why a lane stopped working on a run."""

    DONE = auto()
    """Every batch is done: the account can be closed."""
    NOT_RUNNING = auto()
    WINDOW_OVER = auto()
    ASKED = auto()
    """Whoever runs the lane asked it to stop: time is up, or a signal came."""


@dataclass
class Lane:
    """One lane of one run."""

    run: Run
    target: Target
    worker: str

    def __post_init__(self) -> None:
        release = get_release(self.run.environment, self.run.id)
        self.release = release.id
        with _BEGINNING:
            errand = _errand(self.run.environment, self.run.id, bytes(release.salt))
        self.sender = Sender(errand, self.target)
        self.message = release.provider_message
        self.begun = False
        self.judged = True
        """Whether nothing was refused yet, or somebody judged what was."""
        self.backoff = _FIRST_BACKOFF
        self.log = log.bind(run=str(self.run.id), environment=self.run.environment, worker=self.worker)

    def work(self, stopping: Event) -> End:
        """Work until nothing is left, the run may not go on, or ``stopping`` is set."""
        done: Done | None = None
        self._make_ready()
        with LeaseRenewer(self.worker) as keeper:
            while not stopping.is_set():
                seen, asked_at = _BELL.rung, now()
                found = batches.claim(self.run.id, release=self.release, worker=self.worker, done=done)
                done = None
                if isinstance(found, Claim):
                    if not self._begin(found):
                        return End.NOT_RUNNING
                    keeper.hold = Hold(found, asked_at=asked_at)
                    done = self._do(keeper.hold, stopping)
                    keeper.hold = None
                elif found.why != Why.LATER:
                    _BELL.ring()
                    return _ENDS[found.why]
                elif found.wait <= BUSY_WAIT:
                    _BELL.wait(found.wait, seen)
                else:
                    stopping.wait(min(found.wait, _LONGEST_WAIT))
        if done:
            batches.finish(done)
        return End.ASKED

    def _make_ready(self) -> None:
        """Get what the first call needs while no batch is held; if that fails, the call says why."""
        with suppress(RunRefused, TryAgain):
            self.target.make_ready()

    def _begin(self, claim: Claim) -> bool:
        """Open the fence with the first claim, so that it says when the first call may have been made."""
        if not self.begun:
            try:
                with _BEGINNING:
                    self._open_fence()
            except FenceClosed:
                batches.give_back(claim)
                return False
            self.begun = True
        return True

    def _open_fence(self) -> None:
        release = sending.begin_sending(self.run.environment, self.run.id)
        self.run.refresh_from_db(fields=["visible_at"])
        if self.run.visible_at != release.visible_at:
            settle(self.run)

    def _do(self, hold: Hold, stopping: Event) -> Done | None:
        """Send a batch; return what came of it where that can be recorded together with the next claim."""
        claim = hold.claim
        said = self.log.bind(batch=claim.number, attempt=claim.attempt)
        try:
            counts = self._send(hold, stopping)
        except TakenOver:
            said.warning("batch.taken_over")
        except PutDown:
            batches.give_back(claim)
            said.info("batch.put_down")
        except TryAgain as trouble:
            wait = trouble.retry_after if trouble.retry_after is not None else self._longer_backoff()
            batches.give_back(claim)
            batches.hold_back(self.run.id, wait)
            said.warning("batch.again", reason=trouble.data["reason"], wait=wait)
        except RunRefused as refusal:
            batches.give_back(claim)
            actions.fail(self.run, reason=translate(refusal.sentence, "en", refusal.data))
            said.error("run.refused", code=refusal.data.get("provider_code"))
        else:
            self.backoff = _FIRST_BACKOFF
            said.info("batch.done", recipients=claim.recipients_count)
            return self._finish(claim, counts)
        return None

    def _send(self, hold: Hold, stopping: Event) -> Mapping[str, int]:
        if self.message is None and self.target.capabilities.links:
            self.message = get_release(self.run.environment, self.run.id).provider_message
        if hold.claim.number:
            return self.sender.send(hold, provider_message=self.message, stopping=stopping)
        if self.message is None and self.sender.open(hold) is None:
            self._fail_to_open(hold.claim)
        return {}

    def _fail_to_open(self, claim: Claim) -> None:
        unknown = outcomes.counts_in(self.run.environment, claim.where).get(OutcomeKind.UNKNOWN)
        doubt, refusal = "nobody can tell whether the first recipient got it", "the provider refuses the first batch"
        actions.fail(self.run, reason=doubt if unknown else refusal)

    def _finish(self, claim: Claim, counts: Mapping[str, int]) -> Done | None:
        """Record a batch now where others wait for that, or somebody has to judge its refusals; otherwise return it."""
        done = Done(
            claim=claim,
            sent=counts.get(OutcomeKind.SENT, 0),
            refused=counts.get(OutcomeKind.REFUSED_BY_TARGET, 0),
            unknown=counts.get(OutcomeKind.UNKNOWN, 0),
        )
        self.judged = self.judged and not done.refused
        if claim.number and self.judged:
            return done
        if batches.finish(done):
            self.judged = actions.pause_if_refused_too_often(self.run)
            if not claim.number:
                _BELL.ring()
        return None

    def _longer_backoff(self) -> float:
        wait, self.backoff = self.backoff, min(self.backoff * 2, _LONGEST_BACKOFF)
        return wait


@lru_cache(maxsize=_RUNS_AT_ONCE)
def _errand(environment: str, run: UUID, salt: bytes) -> Errand:
    """Return what never changes of a run that is sent; with another salt it was prepared again, after a restore."""
    release = get_release(environment, run)
    return Errand(environment=environment, release=release.id, salt=salt, message=stored_message(release.message))


_ENDS = {Why.NOT_RUNNING: End.NOT_RUNNING, Why.WINDOW_OVER: End.WINDOW_OVER, Why.ALL_DONE: End.DONE}
