"""The simulated provider: how it behaves, and everything it has."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from eboxcast.simulator.clients import REHEARSAL, Client
from eboxcast.simulator.eboxes import Eboxes
from eboxcast.simulator.faults import Faults
from eboxcast.simulator.holdings import Holdings
from eboxcast.simulator.journal import Journal
from eboxcast.simulator.senders import Senders
from eboxcast.simulator.tokens import Tokens


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """What the provider offers, and how quickly."""

    delay_ms: float = 0.0
    offers_link: bool = True
    largest_call: int = 1000
    idempotency: bool = False
    token_seconds: float = 3600.0


@dataclass(slots=True, kw_only=True)
class Tally:
    """What the provider was asked and what it answered."""

    calls: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    first_delivery_at: datetime | None = None
    last_delivery_at: datetime | None = None

    def delivered(self, moment: datetime) -> None:
        """Remember when something was delivered."""
        self.first_delivery_at = self.first_delivery_at or moment
        self.last_delivery_at = moment


class Provider:
    """One provider, from start or reset on."""

    def __init__(
        self,
        *,
        behaviour: Behaviour,
        eboxes: Eboxes,
        senders: Senders,
        clients: dict[str, Client] | None = None,
        journal: Journal | None = None,
    ) -> None:
        self.behaviour = behaviour
        self.eboxes = eboxes
        self.senders = senders
        self.tokens = Tokens(clients or {REHEARSAL.client_id: REHEARSAL}, behaviour.token_seconds)
        self.faults = Faults()
        self.tally = Tally()
        self.journal = journal
        self.holdings = journal.replay() if journal else Holdings()

    def reset(self) -> None:
        """Forget everything that was done; behaviour, people, senders and clients stay."""
        self.faults = Faults()
        self.tally = Tally()
        self.tokens.expire_all()
        self.holdings = Holdings()
        if self.journal:
            self.journal.clear()
