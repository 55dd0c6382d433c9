"""An excerpt of the audit: the entries about one broadcast, with the seals that prove them up to a head.

Both are lines in the form that is digested: the SHA-256 of the line of an entry is the ``content`` of its seal, that of
the line of a seal the ``previous`` of the next. So whoever has the head can verify them without us
(docs/reference/dossier.md).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from eboxcast.audit.anchoring import DROPPED
from eboxcast.audit.canonical import text_of_content, text_of_seal
from eboxcast.audit.models import Anchor
from eboxcast.audit.rows import ENTRY, SEAL, content_of, seal_of
from eboxcast.audit.selectors import Head

_CHUNK = 2000
_ENTRIES = (
    f"select s.number, {ENTRY} from audit_seal s"  # noqa: S608  # columns of our own
    " join audit_entry e on e.id = s.entry and e.segment = s.entry_segment"
    " where (e.broadcast = %s or e.run = any(%s)) and s.number <= %s order by s.number"
)
_SEALS = f"select {SEAL} from audit_seal s where s.number between %s and %s order by s.number"  # noqa: S608  # the same


@dataclass(frozen=True, kw_only=True)
class Excerpt:
    """What is sealed about a broadcast and its runs, up to a head."""

    head: Head
    first: int
    """The seal of the oldest of the entries."""
    entries: tuple[str, ...]
    numbers: tuple[int, ...]
    """Of the seals of these, in the same order."""

    def seals(self) -> Iterator[str]:
        """Yield every seal from the first entry to the head."""
        with connection.chunked_cursor() as cursor:
            cursor.execute(_SEALS, [self.first, self.head.number])
            while rows := cursor.fetchmany(_CHUNK):
                yield from (text_of_seal(seal_of(row)) for row in rows)

    def anchors(self) -> list[str]:
        """Return the heads in between that were handed out, as ``NUMBER:DIGEST``."""
        between = Anchor.objects.filter(number__gte=self.first, number__lte=self.head.number).exclude(kind=DROPPED)
        found = between.order_by("number").values_list("number", "digest").distinct()
        return [f"{number}:{bytes(digest).hex()}" for number, digest in found]


def excerpt_of(broadcast: UUID, runs: Collection[UUID], *, head: Head) -> Excerpt:
    """Return what is sealed about a broadcast and its runs."""
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, [broadcast, list(runs), head.number])
        rows = cursor.fetchall()
    first = rows[0][0] if rows else head.number
    return Excerpt(
        head=head,
        first=first,
        entries=tuple(text_of_content(content_of(row[1:])) for row in rows),
        numbers=tuple(row[0] for row in rows),
    )
