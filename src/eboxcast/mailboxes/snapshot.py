"""Who of an audience has no active eBox, or has one and still wants paper: decided for all in one moment.

Two ways with the same outcome. The database joins a small audience with its eBoxes, some microseconds for each
recipient. For millions it is several times faster to have all eBoxes here, as sorted numbers, and to look up in them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from django.db.backends.base.base import BaseDatabaseWrapper
from numpy.typing import NDArray

from eboxcast.database.copying import copy_in, copy_out
from eboxcast.lib.buckets import Keys
from eboxcast.mailboxes.audiences import read_audience
from eboxcast.mailboxes.models import OutcomeKind, Release
from eboxcast.mailboxes.packing import pack, unpack
from eboxcast.mailboxes.sql import QUERIES, run

MANY = 1_500_000
"""From how many recipients on the eBoxes are fetched: then even those of a whole country come sooner."""

_STATES = (OutcomeKind.NEVER_ACTIVATED, OutcomeKind.DEACTIVATED, OutcomeKind.NOT_EBOX_ONLY)
"""In the order of the numbers that ``states_of_eboxes`` gives them; one more is an eBox that wants no paper."""
_STATE_BITS = 2
_NEVER = 0
_FIRST_ACTIVE = 2


def take_snapshot(connection: BaseDatabaseWrapper, release: Release, *, prime: int, refuse: bool) -> None:
    """Note the outcomes of a release; with ``refuse`` move those without an active eBox out of its audience."""
    way = snapshot_here if release.recipients_count >= MANY else snapshot_there
    way(connection, release, prime=prime, refuse=refuse)


def snapshot_there(connection: BaseDatabaseWrapper, release: Release, *, prime: int, refuse: bool) -> None:
    """Let the database do it."""
    of_release = {"release": release.id, "last_bucket": prime - 1}
    run(connection, "snapshot_states", of_release)
    if refuse:
        run(connection, "refuse_by_policy", of_release)
        run(connection, "take_out_refused", of_release)
        run(connection, "drop_empty_buckets", of_release)


def snapshot_here(connection: BaseDatabaseWrapper, release: Release, *, prime: int, refuse: bool) -> None:
    """Fetch audience and eBoxes, decide, and store what came of it."""
    keys = read_audience(connection, release=release.id, prime=prime)
    states = _states_of(keys, unpack(copy_out(connection, QUERIES["states_of_eboxes"], {})))
    for (kind, code), state in zip(_names(refuse=refuse), range(len(_STATES)), strict=True):
        rows = pack(keys[states == state], prime=prime, release=release.id, texts=(kind, code))
        copy_in(connection, QUERIES["store_outcome"], rows)
    if refuse:
        run(connection, "purge_audience", {"release": release.id, "last_bucket": prime - 1})
        published = keys[states >= _FIRST_ACTIVE]
        packed = pack(published, prime=prime, release=release.id, generation=release.generation)
        copy_in(connection, QUERIES["store_audience"], packed)


def counts_here(connection: BaseDatabaseWrapper, keys: Keys) -> NDArray[np.int64]:
    """Return how many of some people are in each of the three states, and store nothing."""
    states = _states_of(keys, unpack(copy_out(connection, QUERIES["states_of_eboxes"], {})))
    return np.bincount(states, minlength=len(_STATES))[: len(_STATES)]


def _names(*, refuse: bool) -> Iterator[tuple[str, str]]:
    for state, kind in enumerate(_STATES):
        refused = refuse and state < _FIRST_ACTIVE
        yield (OutcomeKind.REFUSED_BY_POLICY.value, kind.value.upper()) if refused else (kind.value, "")


def _states_of(keys: Keys, eboxes: Keys) -> NDArray[np.uint8]:
    """Look each ascending key up in the ascending eBoxes, each ``mailbox * 4 + state``."""
    states = np.full(len(keys), _NEVER, dtype=np.uint8)
    if len(eboxes):
        found = eboxes[np.searchsorted(eboxes, keys << _STATE_BITS).clip(max=len(eboxes) - 1)]
        known = found >> _STATE_BITS == keys
        states[known] = found[known] & (1 << _STATE_BITS) - 1
    return states
