"""Naming a person in the audit without their number: HMAC-SHA-256 of it, with a secret of the year.

Without the secret nobody finds a number by trying all of them; with the year the secret goes too.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime

from django.db import transaction

from eboxcast.audit.actions import record
from eboxcast.audit.models import PseudonymKey
from eboxcast.audit.segments import open_segment, segment_of
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.identifiers import text_of_key
from eboxcast.lib.policy import authorize

_KEY_BYTES = 32


def pseudonym(key: int, at: datetime) -> str:
    """Return what stands for a recipient in entries of this moment, under ``person`` in their data."""
    segment = segment_of(at)
    open_segment(segment)
    # Two processes may make one at the same time: the first stays.
    PseudonymKey.objects.bulk_create(
        [PseudonymKey(segment=segment, key=secrets.token_bytes(_KEY_BYTES))], ignore_conflicts=True
    )
    return _of(PseudonymKey.objects.get(segment=segment), key)


def pseudonyms(key: int) -> list[str]:
    """Return what may stand for a recipient in the entries of all years that are kept."""
    return [_of(secret, key) for secret in PseudonymKey.objects.order_by("segment")]


def search_person(key: int, *, actor: Actor) -> list[str]:
    """Return what may stand for a recipient in entries; the audit keeps who asked, and about whom by a pseudonym.

    Raises NotYourRole.
    """
    authorize(actor, "audit.find")
    with transaction.atomic():
        record("audit.person_searched", by=actor.name, data={"person": pseudonym(key, clock.now())})
    return pseudonyms(key)


def _of(secret: PseudonymKey, key: int) -> str:
    return hmac.digest(bytes(secret.key), text_of_key(key).encode("ascii"), "sha256").hex()
