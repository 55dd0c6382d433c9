"""Making the tree of receipts, and taking one from it, beside one hash for each recipient."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from hashlib import sha256
from statistics import median

from eboxcast.mailboxes import fence, launching, storing
from eboxcast.mailboxes.models import ReceiptTree, Release
from eboxcast.mailboxes.receipts import make_tree, prove
from eboxcast.tools.bench.material import ENVIRONMENT, ascending_keys, checkpoint, new_release
from eboxcast.tools.bench.measuring import Bar, Bench, Row, pairs, timed

_COUNTRY = 12_000_000
_TAKEN = 200
_MILLI = 1000
_MEGABYTE = 1 << 20
_HASHED = 300_000


def receipts(bench: Bench) -> Iterator[Row]:
    """Yield what receipts cost after a publication."""
    yield from _measured(bench, bench.recipients, rounds=5, bar=Bar(most=0.5))


def country_receipts(bench: Bench) -> Iterator[Row]:
    """Yield the same for a whole country."""
    yield from _measured(bench, _COUNTRY, rounds=1, bar=Bar(most=15))


def _measured(bench: Bench, recipients: int, *, rounds: int, bar: Bar) -> Iterator[Row]:
    bench.tell(f"receipts: of {recipients:,} recipients")
    keys = ascending_keys(recipients, seed=9)
    wanted = new_release(keys)
    storing.store(ENVIRONMENT, wanted)
    launching.launch(ENVIRONMENT, wanted.run, refuse_without_ebox=False)
    checkpoint()
    release = fence.get_release(ENVIRONMENT, wanted.run)
    mine, other = pairs(lambda: _make(release), _hash_once, rounds=rounds)
    yield Row(
        name=f"receipts of {recipients:,}",
        figure=mine,
        unit="s",
        baseline=other * recipients / _HASHED,
        bar=bar,
        note="one SHA-256 for each recipient",
    )
    yield Row(
        name=f"receipts of {recipients:,}, memory beside the rest",
        figure=_peak(release),
        unit="MB",
        bar=Bar(most=max(40, 40 * recipients / 1_000_000)),
    )
    some = keys[:: max(1, recipients // _TAKEN)].tolist()
    seconds = [timed(lambda key=key: prove(ENVIRONMENT, release, key)) for key in some]  # type: ignore[misc]
    yield Row(name=f"one receipt of {recipients:,}, p50", figure=median(seconds) * _MILLI, unit="ms")


def _make(release: Release) -> None:
    ReceiptTree.objects.using(ENVIRONMENT).filter(release=release.id).delete()
    make_tree(ENVIRONMENT, release)


def _hash_once() -> None:
    for number in range(_HASHED):
        sha256(b"%41d" % number).digest()


def _peak(release: Release) -> float:
    tracemalloc.start()
    _make(release)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / _MEGABYTE
