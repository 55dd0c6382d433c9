"""Handing out heads, and keeping which were handed out: what is outside this database proves what is in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from eboxcast.audit.models import Anchor
from eboxcast.audit.sealing import seal_pending
from eboxcast.audit.segments import open_segment, segment_of
from eboxcast.audit.selectors import Head, head
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.free_text import MOST_OF_A_NAME, fit_if_any
from eboxcast.lib.policy import authorize

CERTIFICATE = "certificate"
MAIL = "mail"
COMMAND = "command"
DROPPED = "dropped"

_DIGEST_BYTES = 32
# The same head given twice to the same is one anchor: a report that is asked for again adds none.
_KEEP = (
    "insert into audit_anchor (segment, made_at, number, digest, kind, given_to) select %s, %s, %s, %s, %s, %s"
    " where not exists (select from audit_anchor where number = %s and digest = %s and kind = %s and given_to = %s)"
)


@dataclass(frozen=True)
class Kept:
    """A number and digest that somebody kept."""

    number: int
    digest: bytes


def hand_out(*, kind: str, to: str) -> Head | None:
    """Seal what is pending, return the head, and keep to whom it went. None as long as nothing was ever recorded.

    Call it outside a transaction.
    """
    seal_pending()
    newest = head()
    if newest:
        now = clock.now()
        segment = segment_of(now)
        open_segment(segment)
        given = (newest.number, newest.digest, kind, to)
        with connection.cursor() as cursor:
            cursor.execute(_KEEP, (segment, now, *given, *given))
    return newest


def hand_out_head(to: str, *, actor: Actor) -> Head | None:
    """Return the head for somebody to keep outside, named ``to`` or else whoever asks; it covers all until now.

    None as long as nothing was ever recorded. Call it outside a transaction. Raises NotYourRole, TextUnfit.
    """
    authorize(actor, "audit.anchor")
    to = fit_if_any(to, "name", most=MOST_OF_A_NAME) or actor.name
    seal_pending(everything=True)
    return hand_out(kind=COMMAND, to=to)


def handed_out() -> Sequence[Kept]:
    """Return the heads that this database says were handed out."""
    rows = Anchor.objects.exclude(kind=DROPPED).order_by("number").values_list("number", "digest").distinct()
    return [Kept(number, bytes(digest)) for number, digest in rows]


def read_anchor(text: str) -> Kept | None:
    """Return an anchor as it is printed, ``NUMBER:DIGEST``, or nothing when that is none."""
    number, _, digits = text.strip().partition(":")
    try:
        digest = bytes.fromhex(digits)
    except ValueError:
        return None
    good = number.isascii() and number.isdigit() and len(digest) == _DIGEST_BYTES
    return Kept(int(number), digest) if good else None
