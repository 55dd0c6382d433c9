"""What delivery asks of a remote provider: plain values in, plain values out; no Django, no database.

A call either answers (``Answered``), or raises one of three things: the provider refuses the whole run
(``RunRefused``), it has trouble and certainly did nothing (``TryAgain``), or nobody can tell whether it did its
work (``OutcomeUnknown``). What a provider does not tell is None, never zero.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from eboxcast.lib.errors import TargetRefusal, TargetTrouble
from eboxcast.lib.translation import N_
from eboxcast.mailboxes.values import NewMessage
from eboxcast.targets.base import Capabilities


@dataclass(frozen=True, kw_only=True)
class RemoteCapabilities(Capabilities):
    """What a remote provider can do, beyond what every target declares."""

    links: bool
    """Whether a message is stored once and then linked to many, or published to each recipient by itself."""
    statuses: bool
    """Whether it can be asked who has a message."""
    recipients_per_call: int
    """The most recipients of one call: 1 where it does not link."""


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
    sentence = N_("The provider refuses this broadcast: {provider_code} {provider_message} (reference {reference}).")
    remedy = N_("Correct what it names, or give the reference to its support; then resume the run.")


class TryAgain(TargetTrouble):
    """The provider did nothing and may do it later. ``retry_after`` is in seconds, None where it does not say."""

    code = "provider.try-again"
    sentence = N_("The provider cannot do it now: {reason}.")
    remedy = N_("It is tried again by itself.")

    def __init__(self, *, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason=reason)
        self.retry_after = retry_after


class OutcomeUnknown(TargetTrouble):
    """The call was cut: nobody can tell from here whether the provider did its work."""

    code = "provider.outcome-unknown"
    sentence = N_("The provider did not answer a call it may have carried out: {reason}.")
    remedy = N_("It is asked who has the message, where it can tell; otherwise the recipients are named as unknown.")


def always() -> None:
    """Let every call be made: the guard of who has nothing to guard."""


class RemoteTarget(ABC):
    """A provider. One object per lane: connections are kept and not shared between threads."""

    capabilities: RemoteCapabilities

    @abstractmethod
    def publish(
        self, message: NewMessage, recipient: int, *, idempotency_key: str, guard: Callable[[], None] = always
    ) -> Answered:
        """Publish the message to one recipient, with its document. Raises RunRefused, TryAgain, OutcomeUnknown.

        The key is sent where the provider declares idempotency; the same key never publishes twice there. The guard
        is asked right before the request is written; what it raises ends the call, and the provider does nothing.
        """

    @abstractmethod
    def link(self, message_id: str, recipients: Sequence[int], *, guard: Callable[[], None] = always) -> Answered:
        """Give a published message to more, guarded likewise. Raises RunRefused, TryAgain, OutcomeUnknown."""

    @abstractmethod
    def statuses(self, message_id: str, recipients: Sequence[int]) -> Mapping[int, bool]:
        """Return for each recipient whether he has the message. Raises TryAgain, RunRefused."""

    @abstractmethod
    def without_ebox(self, recipients: Sequence[int]) -> set[int] | None:
        """Return who of them has no eBox there, or None where the provider does not tell. Raises TryAgain."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the connections."""
