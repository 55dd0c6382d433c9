"""Proofs from the tree of a long audit, beside making them from every seal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import median

from django.db import connection, transaction

from eboxcast.audit.segments import open_segment, segment_of
from eboxcast.audit.selectors import last_sealed
from eboxcast.audit.tree import grow, prove_entry, prove_growth, root
from eboxcast.lib import clock
from eboxcast.lib.merkle import leaf_hash, path_of, root_by_path
from eboxcast.tools.bench.measuring import Bar, Bench, Row, timed

_ENTRIES = 1_000_000
_PROVED = 200
_MILLI = 1000
# No entry has a negative number: what is sealed after these is not taken for sealed already.
_SEALS = """
    insert into audit_seal (number, segment, entry, entry_segment, sealed_at, content, previous, digest)
    select n, %(segment)s, -n, %(segment)s, now(), sha256(int8send(n)), sha256(int8send(n - 1)), sha256(int8send(-n))
    from generate_series(%(first)s::bigint, %(last)s) n
"""
_DIGESTS = "select digest from audit_seal order by number"


def proofs(bench: Bench, *, entries: int = _ENTRIES) -> Iterator[Row]:
    """Yield what proofs cost when so many entries are sealed."""
    bench.tell(f"proofs: sealing {entries:,} entries")
    size = _sealed(entries)
    numbers = list(range(1, size + 1, max(1, size // _PROVED)))
    from_seals = timed(lambda: _path_from_seals(numbers[0]))
    yield Row(
        name=f"proof of one entry of {entries:,}, p50",
        figure=_milliseconds(lambda number: prove_entry(number, size), numbers),
        unit="ms",
        baseline=from_seals * _MILLI,
        bar=Bar(most=20),
        note="the same from every seal",
    )
    yield Row(
        name=f"proof that {entries:,} entries go on from a head, p50",
        figure=_milliseconds(lambda number: prove_growth(number, size), numbers),
        unit="ms",
        bar=Bar(most=20),
    )
    yield Row(name=f"root of {entries:,} entries, p50", figure=_milliseconds(root, numbers), unit="ms")
    path, top, leaf = prove_entry(numbers[0], size), root(size), _leaf(numbers[0])
    yield Row(
        name="verifying such a proof",
        figure=_milliseconds(lambda _: _verified(leaf, path, top, number=numbers[0], size=size), numbers),
        unit="ms",
        note=f"{len(path)} hashes",
    )


def _sealed(entries: int) -> int:
    """Seal so many entries that are not there, and return how many seals there are."""
    segment = segment_of(clock.now())
    open_segment(segment)
    with transaction.atomic(), connection.cursor() as cursor:
        first = last_sealed(cursor).number + 1
        last = first + entries - 1
        cursor.execute(_SEALS, {"segment": segment, "first": first, "last": last})
        grow(cursor, last)
    return last


def _path_from_seals(number: int) -> list[bytes]:
    with connection.cursor() as cursor:
        cursor.execute(_DIGESTS)
        return path_of([leaf_hash(bytes(digest)) for (digest,) in cursor.fetchall()], number - 1)


def _leaf(number: int) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("select digest from audit_seal where number = %s", [number])
        return leaf_hash(bytes(cursor.fetchone()[0]))


def _verified(leaf: bytes, path: list[bytes], top: bytes, *, number: int, size: int) -> None:
    assert root_by_path(leaf, path, index=number - 1, size=size) == top  # noqa: S101 - a figure of a false proof is none


def _milliseconds(work: Callable[[int], object], numbers: list[int]) -> float:
    return median(timed(lambda number=number: work(number)) for number in numbers) * _MILLI  # type: ignore[misc]
