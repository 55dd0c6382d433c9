"""What the engine asks of a target, whatever it is. The order of the steps is the engine's; a target only translates.

What is prepared is stored in the environment, for every target alike. What differs is how it becomes visible, and that
is read from the target's ``capabilities``: in one moment (``make_visible``), or in calls (``publish``, ``link``).
Stop, resume and discard are decided at the fence (``mailboxes.fence``), not here.

A call either answers (``Answered``), or raises one of three things: the provider refuses the whole run
(``RunRefused``), it has trouble and certainly did nothing (``TryAgain``), or nobody can tell whether it did its
work (``OutcomeUnknown``). What a provider does not tell is None, never zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from eboxcast.lib.errors import TargetRefusal, TargetTrouble
from eboxcast.lib.translation import N_
from eboxcast.mailboxes import storing
from eboxcast.mailboxes.storing import Plan
from eboxcast.mailboxes.values import Launched, NewMessage, NewRelease, Stored
from eboxcast.targets.options import TargetOptions


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What one call came to, by recipient key."""

    published: Sequence[int]
    message_ids: Sequence[str]
    """The provider's message id of each published one; the same for all where it links."""
    refused: Mapping[int, str] = field(default_factory=dict)
    """Those it refused for good, with our code; ``not-told`` where it gives no reason."""
    no_digital_user: Sequence[int] | None = None
    """Those of the published who never opened their eBox; None where it does not tell."""
    expires_at: datetime | None = None


class RunRefused(TargetRefusal):
    """The provider refuses the run itself: sender, message type, document or metadata."""

    code = "provider.run-refused"
    sentence = N_("The provider refused this broadcast: {provider_code} {provider_message} (reference {reference}).")
    remedy = N_("Correct the problem, or give the reference to the provider's support; then resume the run.")


class TryAgain(TargetTrouble):
    """The provider did nothing and may do it later. ``retry_after`` is in seconds, None where it does not say."""

    code = "provider.try-again"
    sentence = N_("The provider cannot process this now: {reason}.")
    remedy = N_("This is retried automatically.")

    def __init__(self, *, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason=reason)
        self.retry_after = retry_after


class OutcomeUnknown(TargetTrouble):
    """The call was cut: nobody can tell from here whether the provider did its work."""

    code = "provider.outcome-unknown"
    sentence = N_("The provider did not respond to a call that may have been carried out: {reason}.")
    remedy = N_(
        "If the provider can report who has the message, it is asked. Otherwise the recipients are recorded as unknown."
    )


Guard = Callable[[], AbstractContextManager[None]]
"""Entered right before a request is written and left right after; what entering raises ends the call unmade."""
always: Guard = nullcontext
"""Let every call be made: the guard of who has nothing to guard."""


class Target:
    """Where the runs of one environment publish. One object per thread: connections are kept and not shared.

    A target overrides what its capabilities promise; nothing else of it is called.
    """

    def __init__(self, environment: str, options: TargetOptions) -> None:
        self.environment = environment
        self.capabilities = options.capabilities

    def refuse_inexpressible(self, message: NewMessage) -> None:
        """Raise RunRefused for a message that it can never carry, before anything of it is stored."""

    def foresee(self, wanted: NewRelease) -> Plan:
        """Return what ``store`` would do now, and change nothing. Raises what it would raise."""
        self.refuse_inexpressible(wanted.message)
        return storing.foresee(self.environment, wanted)

    def store(self, wanted: NewRelease) -> Stored:
        """Keep message and audience, complete and invisible, or nothing. Idempotent by run.

        Raises RunRefused, and the errors of ``mailboxes`` when identity, content or recipients forbid it.
        """
        self.refuse_inexpressible(wanted.message)
        return storing.store(self.environment, wanted)

    def make_visible(self, run: UUID, *, refuse_without_ebox: bool, not_after: datetime | None = None) -> Launched:
        """Make a stored release visible, before the window ends or not at all. Raises FenceClosed, WindowOver.

        Where visibility is atomic.
        """
        raise NotImplementedError

    def recall(self, run: UUID) -> datetime:
        """Take back what is visible; return when. Raises FenceClosed. Where it can recall."""
        raise NotImplementedError

    def publish(self, message: NewMessage, recipient: int, *, idempotency_key: str, guard: Guard = always) -> Answered:
        """Publish the message to one recipient, with its document. Raises RunRefused, TryAgain, OutcomeUnknown.

        The key is sent where the provider declares idempotency; the same key never publishes twice there. The guard
        is entered right before the request is written; what it raises ends the call, and the provider does nothing.
        Where visibility is not atomic.
        """
        raise NotImplementedError

    def link(self, message_id: str, recipients: Sequence[int], *, guard: Guard = always) -> Answered:
        """Give a published message to more, guarded likewise. Raises RunRefused, TryAgain, OutcomeUnknown.

        Where it links; ``recipients`` are as many as a call takes, at most.
        """
        raise NotImplementedError

    def statuses(self, message_id: str, recipients: Sequence[int]) -> Mapping[int, bool]:
        """Return for each recipient whether he has the message. Raises TryAgain, RunRefused. Where it has statuses."""
        raise NotImplementedError

    def probe(self) -> None:
        """Return when it can be used now, after some seconds at most. Changes nothing. Raises TryAgain, RunRefused."""

    def make_ready(self) -> None:
        """Get what the first call would have to wait for, such as a token. Raises TryAgain, RunRefused."""

    def close(self) -> None:
        """Let go of the connections."""
