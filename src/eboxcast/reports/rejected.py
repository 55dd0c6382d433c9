"""The faulty rows of a run's lists, given back as they were kept: in the sender's own columns."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.models import Run
from eboxcast.mailboxes import fence
from eboxcast.mailboxes.models import RejectedRows, Release
from eboxcast.reports.errors import OutcomesDeleted

_STEP = 1 << 20


@dataclass(frozen=True, kw_only=True)
class RejectedList:
    """The faulty rows of one list."""

    number: int
    file_name: str
    """As it is kept: with a national number in it masked, so that two lists may have the same."""
    content: Iterator[bytes]


def rejected_lists(run: Run) -> list[RejectedList]:
    """Return the faulty rows of each list that had any. Raises OutcomesDeleted."""
    release = fence.find_release(run.environment, run.id)
    if release is None:
        return []
    if release.outcomes_purged_at is not None:
        raise OutcomesDeleted(run=run.short, moment=release.outcomes_purged_at)
    with sanitized_db_errors():
        numbers = RejectedRows.objects.using(run.environment).filter(release=release.id).order_by("list_number")
        kept = list(numbers.values_list("list_number", flat=True))
    names = [part.file_name for part in release.package.lists]
    return [
        RejectedList(number=number, file_name=names[number - 1], content=_unpacked(run.environment, release, number))
        for number in kept
    ]


def _unpacked(environment: str, release: Release, number: int) -> Iterator[bytes]:
    with sanitized_db_errors():
        packed = RejectedRows.objects.using(environment).get(release=release.id, list_number=number).content
    unpacker = zlib.decompressobj()
    rest = bytes(packed)
    while rest and not unpacker.eof:
        yield unpacker.decompress(rest, _STEP)
        rest = unpacker.unconsumed_tail
    yield unpacker.flush()
