"""Dropping the years whose term is over, whole. Only the role that owns the tables can do it.

What stays: an entry that counts what went, and the last digest of the year and the edge of its tree, with which the
rest of the chain and of the tree begins.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from eboxcast.audit.actions import record
from eboxcast.audit.anchoring import DROPPED
from eboxcast.audit.models import Anchor, Entry, Seal
from eboxcast.audit.rows import BY_YEAR
from eboxcast.audit.sealing import alone, seal_pending
from eboxcast.audit.segments import first_kept, forget_segment, open_segment, segment_of
from eboxcast.audit.selectors import Head, last_sealed
from eboxcast.audit.tree import keep_edge
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.policy import authorize

ACTION = "audit.segment_dropped"

_SEGMENTS = (
    "select substring(c.relname from '[0-9]+$')::integer from pg_inherits i join pg_class c on c.oid = i.inhrelid"
    " where i.inhparent = 'audit_entry'::regclass order by 1"
)


@dataclass(frozen=True)
class Ended:
    """A year that is gone, and the head it ended with. ``head.segment`` is the year too."""

    head: Head
    entries: int = 0
    seals: int = 0

    @property
    def segment(self) -> int:
        """Return the year."""
        return self.head.segment


def foresee_drop(*, actor: Actor) -> list[int]:
    """Return the years that ``drop_due`` would drop now, oldest first. Raises NotYourRole."""
    authorize(actor, "audit.drop")
    return due()


def due() -> list[int]:
    """Return the years whose term is over, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_SEGMENTS)
        kept_from = first_kept(clock.today())
        return [segment for (segment,) in cursor.fetchall() if segment < kept_from]


def drop_due(*, actor: Actor) -> list[Ended]:
    """Drop the years whose term is over, one transaction each; needs a connection as the owner of the tables.

    Raises NotYourRole.
    """
    authorize(actor, "audit.drop")
    seal_pending(everything=True)
    return [_drop(segment, actor.name) for segment in due()]


def ended() -> Ended | None:
    """Return the newest year that was dropped."""
    anchor = Anchor.objects.filter(kind=DROPPED).order_by("-dropped", "-id").first()
    return Ended(Head(anchor.number, bytes(anchor.digest), anchor.dropped or 0)) if anchor else None


def is_told(dropped: Ended) -> bool:
    """Tell whether there is an entry about this drop."""
    return Entry.objects.filter(action=ACTION, data__contains=_facts(dropped.head)).exists()


def _drop(segment: int, by: str) -> Ended:
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        alone(cursor)
        gone = Ended(
            head=replace(last_sealed(cursor, until=segment), segment=segment),
            entries=Entry.objects.filter(segment=segment).count(),
            seals=Seal.objects.filter(segment=segment).count(),
        )
        _keep_head(gone.head)
        keep_edge(cursor, gone.head.number)
        _drop_tables(cursor, segment)
        record(ACTION, by=by, data={**_facts(gone.head), "entries": gone.entries, "seals": gone.seals})
    forget_segment(segment)
    return gone


def _keep_head(last: Head) -> None:
    now = clock.now()
    year = segment_of(now)
    open_segment(year)
    Anchor.objects.create(
        segment=year, made_at=now, number=last.number, digest=last.digest, kind=DROPPED, dropped=last.segment
    )


def _drop_tables(cursor: CursorWrapper, segment: int) -> None:
    for table in BY_YEAR:
        cursor.execute(f"drop table {table}_{int(segment)}")


def _facts(last: Head) -> dict[str, object]:
    return {"segment": last.segment, "number": last.number, "digest": last.digest.hex()}
