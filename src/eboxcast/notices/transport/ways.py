"""How a mail leaves: what both ways have in common, and what can go wrong on each."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Protocol


class NotSent(Exception):
    """A mail did not leave, or nobody knows whether it did. ``problem`` names no secret."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class Refused(NotSent):
    """For good: trying the same mail again is of no use."""


class Later(NotSent):
    """For now: this mail is tried again."""


class NobodyAnswers(NotSent):
    """The way itself is closed for now; no other mail would go through it either."""


class Way(Protocol):
    """Something that takes mails."""

    def send(self, message: EmailMessage, *, address: str, number: int) -> None:
        """Take a mail for one address. Raises Refused, Later, NobodyAnswers."""

    def close(self) -> None:
        """End; nothing is lost by it."""
