"""Who was sent to and who was refused, compared with the audience that was prepared, piece by piece."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.lib.buckets import Keys
from eboxcast.mailboxes.audiences import read_audience, read_outcome
from eboxcast.mailboxes.errors import StoredDiffers
from eboxcast.mailboxes.models import OutcomeKind, Release

_AT_ONCE = 50_000
"""About so many recipients are compared at once: the memory of closing an account is that of its numbers, once."""


def sent_and_refused(connection: BaseDatabaseWrapper, release: Release, *, prime: int) -> tuple[Keys, Keys, int]:
    """Return who was sent to and who was refused, ascending, and how many were prepared. Raises StoredDiffers."""
    sent, refused = (np.empty(release.recipients_count, dtype=np.int64) for _ in range(2))
    sent_count, refused_count, prepared_count = 0, 0, 0
    for some_sent, some_refused, prepared in _compared(connection, release, prime=prime):
        sent[sent_count : sent_count + len(some_sent)] = some_sent
        refused[refused_count : refused_count + len(some_refused)] = some_refused
        sent_count, refused_count = sent_count + len(some_sent), refused_count + len(some_refused)
        prepared_count += prepared
    sent, refused = sent[:sent_count], refused[:refused_count]
    sent.sort()
    refused.sort()
    return sent, refused, prepared_count


def _compared(connection: BaseDatabaseWrapper, release: Release, *, prime: int) -> Iterator[tuple[Keys, Keys, int]]:
    step = max(1, prime * _AT_ONCE // max(release.recipients_count, _AT_ONCE))
    for first in range(0, prime, step):
        until = min(first + step, prime)
        prepared = read_audience(connection, release=release.id, prime=prime, first_bucket=first, last_bucket=until - 1)
        sent, refused = (
            read_outcome(connection, release=release.id, first_bucket=first, prime=until, kind=kind, audience=prepared)
            for kind in (OutcomeKind.SENT, OutcomeKind.REFUSED_BY_TARGET)
        )
        if not _each_once(np.concatenate((sent, refused)), prepared):
            raise StoredDiffers(check="sent and refused are of the audience that was prepared, each once")
        yield sent, refused, len(prepared)


def _each_once(keys: Keys, prepared: Keys) -> bool:
    """Say whether keys are among those that were prepared, which are ascending, and no key twice."""
    keys = np.sort(keys)
    if len(keys) == len(prepared):
        return bool(np.array_equal(keys, prepared))
    places = np.searchsorted(prepared, keys)
    return bool((np.diff(places) > 0).all() and np.array_equal(np.take(prepared, places, mode="clip"), keys))
