"""Whoever tries too often has to wait: each kind of try is counted by whom it is for and by where it comes from.

What is kept of a try names nobody: keyed digests, for some minutes.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from eboxcast.accounts.errors import TooManyTries
from eboxcast.accounts.models import FailedTry
from eboxcast.lib import clock

MINUTES = 15


@dataclass(frozen=True, kw_only=True)
class Tries:
    """A kind of try, and how many of it there may be within ``MINUTES``."""

    kind: str
    """Before the identity, so that tries of one kind do not count for another; empty for passwords."""
    most: int
    """For one name, before whoever has it must wait."""
    most_from: int
    """From one address, where a whole institution may sit behind one."""

    def note(self, identity: str, address: str) -> int:
        """Note a try; return how many there were for this identity. An empty one is nobody's: its address counts."""
        FailedTry.objects.create(at=clock.now(), identity=self._identity(identity), address=self._address(address))
        return self._recent().filter(identity=self._identity(identity)).count()

    def forget(self, identity: str) -> None:
        """Count from the beginning again."""
        FailedTry.objects.filter(identity=self._identity(identity)).delete()

    def too_many(self, identity: str, address: str) -> bool:
        """Return whether there were too many."""
        recent = self._recent()
        return (
            bool(identity) and recent.filter(identity=self._identity(identity)).count() >= self.most
        ) or recent.filter(address=self._address(address)).count() >= self.most_from

    def _recent(self) -> QuerySet[FailedTry]:
        return FailedTry.objects.filter(at__gte=since())

    def _identity(self, identity: str) -> bytes:
        return _digest(f"{self.kind}identity", identity.strip().casefold())

    def _address(self, address: str) -> bytes:
        return _digest(f"{self.kind}address", address)


PASSWORDS = Tries(kind="", most=5, most_from=50)
RESETS = Tries(kind="reset ", most=3, most_from=20)
FACTORS = Tries(kind="factor ", most=5, most_from=50)


def refuse_guessing(tries: Tries, identity: str, address: str) -> None:
    """Raise TooManyTries where there were too many of a kind. Old ones are deleted by the way."""
    FailedTry.objects.filter(at__lt=since()).delete()
    if tries.too_many(identity, address):
        raise TooManyTries(minutes=MINUTES)


def since() -> datetime:
    """Return from when on tries count."""
    return clock.now() - timedelta(minutes=MINUTES)


def _digest(kind: str, text: str) -> bytes:
    """Return a digest that tells nothing without the secret of the installation."""
    return hmac.new(settings.SECRET_KEY.encode(), f"{kind}:{text}".encode(), hashlib.sha256).digest()
