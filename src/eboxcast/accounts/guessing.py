"""Whoever tries too often has to wait: each kind of try is counted by whom it is for and by where it comes from.

What is kept of a try names nobody: keyed digests, for some minutes.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from eboxcast.accounts.errors import TooManyTries
from eboxcast.accounts.models import FailedTry
from eboxcast.lib import clock

MINUTES = 15


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A try that is counted, before anybody knows whether it is right."""

    number: int
    nth: int
    """How many there were for whom it is for, with this one."""


@dataclass(frozen=True, kw_only=True)
class Tries:
    """A kind of try, and how many of it there may be within some minutes."""

    kind: str
    """Before the identity, so that tries of one kind do not count for another; empty for passwords."""
    most: int
    """For one name, before whoever has it must wait."""
    most_from: int
    """From one address, where a whole institution may sit behind one."""
    minutes: int = MINUTES
    """Within which they are counted, at most ``MINUTES``."""

    def count(self, identity: str, address: str) -> Tried:
        """Count a try before it is looked at: those that come at once would otherwise all find too few before them.

        An empty identity is nobody's: its address counts. Raises TooManyTries. Old ones are deleted by the way.
        """
        whose, where = self._identity(identity), self._address(address)
        with transaction.atomic():
            _wait_for_others(whose, where)
            FailedTry.objects.filter(at__lt=since()).delete()
            counted = FailedTry.objects.filter(at__gte=clock.now() - timedelta(minutes=self.minutes))
            nth = counted.filter(identity=whose).count()
            if (identity and nth >= self.most) or counted.filter(address=where).count() >= self.most_from:
                raise TooManyTries(minutes=self.minutes)
            made = FailedTry.objects.create(at=clock.now(), identity=whose, address=where)
        return Tried(number=made.pk, nth=nth + 1)

    def forget(self, tried: Tried, identity: str) -> None:
        """Count from the beginning again: the try was right."""
        FailedTry.objects.filter(Q(pk=tried.number) | Q(identity=self._identity(identity))).delete()

    def _identity(self, identity: str) -> bytes:
        return _digest(f"{self.kind}identity", identity.strip().casefold())

    def _address(self, address: str) -> bytes:
        return _digest(f"{self.kind}address", address)


PASSWORDS = Tries(kind="", most=5, most_from=50)
RESETS = Tries(kind="reset ", most=3, most_from=20)
FACTORS = Tries(kind="factor ", most=5, most_from=50)
HEADS = Tries(kind="head ", most=30, most_from=30)
SIGNED_HEADS = Tries(kind="signed head ", most=1, most_from=1, minutes=1)
"""How often a head is signed anew because somebody asks, whoever that is."""


def since() -> datetime:
    """Return from when on tries count."""
    return clock.now() - timedelta(minutes=MINUTES)


def _wait_for_others(*digests: bytes) -> None:
    """Have tries for the same name or from the same address counted one after the other, until the transaction ends."""
    # In one order: no two wait for each other.
    locks = sorted(int.from_bytes(raw[:8], signed=True) for raw in digests)
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s), pg_advisory_xact_lock(%s)", locks)


def _digest(kind: str, text: str) -> bytes:
    """Return a digest that tells nothing without the secret of the installation."""
    return hmac.new(settings.SECRET_KEY.encode(), f"{kind}:{text}".encode(), hashlib.sha256).digest()
