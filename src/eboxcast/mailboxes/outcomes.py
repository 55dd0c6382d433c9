"""What is known of each recipient of a remote run: written before a call and after it, so that a kill names its doubt.

Before a call its recipients are noted as in flight, under the call's own code. After it, whoever takes those rows back
may note what came of it: a worker that wakes when its call was taken over by another finds nothing to take back.

Each note is one statement, and a call one row that stays when its recipients have the message: only those of whom
something else came are noted beside it. A call with everybody in a range of buckets names nobody (``CallRange``), any
other its recipients (``NamedCall``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib.buckets import bucket_of
from eboxcast.mailboxes.models import OutcomeKind
from eboxcast.mailboxes.sql import one, rows, run

_NOT_LEFT = {OutcomeKind.SENT, OutcomeKind.REFUSED_BY_TARGET, OutcomeKind.UNKNOWN}
_EVERYBODY = ""

Given = tuple[int, str, str]
"""A key, the kind of its outcome, and the code."""


@dataclass(frozen=True, kw_only=True)
class Range:
    """Some neighbouring buckets of a release."""

    release: int
    first: int
    last: int


@dataclass(frozen=True, kw_only=True)
class Results:
    """What came of a call, by recipient key. Recipients that are in none of these are still to be sent to."""

    sent: Sequence[int] = ()
    message_ids: Sequence[str] | None = None
    """One for each of ``sent``; None where the release has one for all."""
    refused: Mapping[int, str] = field(default_factory=dict)
    unknown: Sequence[int] = ()
    no_digital_user: Sequence[int] = ()

    def left_of(self, keys: Sequence[int]) -> list[int]:
        """Return who of a call is still to be sent to."""
        if len(self.sent) + len(self.refused) + len(self.unknown) == len(keys):
            return []
        return sorted(set(keys).difference(self.sent, self.refused, self.unknown))


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call with its recipients."""

    code: str
    keys: Sequence[int]
    where: Range | None = None
    """Where it is noted by its range: with everybody there of whom nothing else is known."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What is left in a range, which calls are under way in it, and how many have each outcome."""

    left: Sequence[int]
    under_way: Mapping[str, Sequence[int]]
    ranges: Mapping[str, Range]
    """Of the calls under way, those that are noted by their range: it may reach beyond this one."""
    counts: Mapping[str, int]

    def calls(self) -> Iterator[Call]:
        """Return the calls under way."""
        return (Call(code=code, keys=keys, where=self.ranges.get(code)) for code, keys in self.under_way.items())


def progress_of(environment: str, where: Range) -> Progress:
    """Return who of a range is still to be sent to, which calls of it have no answer yet, and what is known."""
    with sanitized_db_errors():
        found = rows(environment_connection(environment), "progress_of_range", vars(where))
    known = _Known(where, prime=bucket_prime(environment))
    for kind, code, bucket, last, keys in found:
        if kind == _EVERYBODY:
            known.audience[bucket] = keys
        elif last is None:
            known.add_named(bucket, kind, keys)
        elif keys is not None:
            known.add_call(kind, code, keys)
    for kind, code, bucket, last, keys in found:
        if last is not None and keys is None:
            known.add_range(Range(release=where.release, first=bucket, last=last), kind, code)
    return known.progress()


class _Known:
    """What is known of the recipients of a range, while it is put together."""

    def __init__(self, where: Range, *, prime: int) -> None:
        self.where = where
        self._prime = prime
        self.audience: dict[int, Sequence[int]] = {}
        self._not_left: set[int] = set()
        self._under_way: dict[str, Sequence[int]] = {}
        self._ranges: dict[str, Range] = {}
        self._counts: Counter[str] = Counter()

    def add_named(self, bucket: int, kind: str, keys: Sequence[int]) -> None:
        if kind in _NOT_LEFT:
            self._not_left.update(keys)
        if self._is_within(bucket):
            self._counts[kind] += len(keys)

    def add_call(self, kind: str, code: str, keys: Sequence[int]) -> None:
        self._not_left.update(keys)
        self._counts[kind] += sum(self._is_within(bucket_of(key, self._prime)) for key in keys)
        if kind == OutcomeKind.IN_FLIGHT:
            self._under_way[code] = keys

    def add_range(self, where: Range, kind: str, code: str) -> None:
        """Add a call with all of a range, once all who are named are known."""
        of_it = [bucket for bucket in self.audience if where.first <= bucket <= where.last]
        keys = [key for bucket in of_it for key in self.audience[bucket] if key not in self._not_left]
        self._counts[kind] += sum(
            key not in self._not_left for bucket in of_it if self._is_within(bucket) for key in self.audience[bucket]
        )
        self._not_left.update(keys)
        if kind == OutcomeKind.IN_FLIGHT:
            self._under_way[code], self._ranges[code] = keys, where

    def progress(self) -> Progress:
        within = (keys for bucket, keys in self.audience.items() if self._is_within(bucket))
        left = sorted(set(chain.from_iterable(within)) - self._not_left)
        return Progress(left=left, under_way=self._under_way, ranges=self._ranges, counts=self._counts)

    def _is_within(self, bucket: int) -> bool:
        return self.where.first <= bucket <= self.where.last


def counts_in(environment: str, where: Range) -> Mapping[str, int]:
    """Return how many recipients of a range have each kind of outcome now, by ``OutcomeKind``."""
    return progress_of(environment, where).counts


def begin_range(environment: str, where: Range, *, call: str, count: int) -> Call | None:
    """Note that a call with everybody in a range, so many, is about to be made, and return it.

    Notes nothing when anything is known of anybody in the range: then ``progress_of`` says what is left.
    """
    values = {**vars(where), "code": call, "count": count}
    with sanitized_db_errors():
        noted = rows(environment_connection(environment), "begin_range", values)
    return Call(code=call, keys=[key for (keys,) in noted for key in keys], where=where) if noted else None


def begin_call(environment: str, release: int, keys: Sequence[int], *, call: str) -> None:
    """Note that a call with these recipients is about to be made."""
    with sanitized_db_errors():
        values = {"release": release, **_noted(Call(code=call, keys=keys), bucket_prime(environment))}
        run(environment_connection(environment), "begin_call", values)


def end_call(environment: str, release: int, call: Call, results: Results, *, then: Call | None = None) -> bool:
    """Note what came of a call; say False when somebody took it over, and note nothing.

    ``then`` is the call to be made next, noted with it as in flight.
    """
    if call.where:
        return _end_range(environment, call, call.where, results)
    with sanitized_db_errors():
        prime = bucket_prime(environment)
        first = min(bucket_of(key, prime) for key in call.keys)
        values = {"release": release, "first": first, "code": call.code, **_besides_sent(results, prime)}
        if results.sent:
            begun = _noted(then, prime) if then else {"code": "", "keys": [], "first": 0, "last": 0}
            values |= _sent(results) | {f"next_{name}": value for name, value in begun.items()}
        name = "end_call" if results.sent else "end_call_unsent"
        ended = one(environment_connection(environment), name, values) == (True,)
    if ended and then and not results.sent:
        begin_call(environment, release, then.keys, call=then.code)
    return ended


def _end_range(environment: str, call: Call, where: Range, results: Results) -> bool:
    """End a call that is noted by its range; it stays noted so where whoever is not refused has the message.

    Who is unknown may be taken back later, to be sent to again, so a range with one of those ends by name.
    """
    stays = results.sent and results.message_ids is None and not results.unknown and not results.left_of(call.keys)
    with sanitized_db_errors():
        values = {**vars(where), "code": call.code, **_besides_sent(results, bucket_prime(environment))}
        values |= {"count": len(results.sent)} if stays else _sent(results)
        name = "end_range" if stays else "end_range_by_name"
        return one(environment_connection(environment), name, values) == (True,)


def _noted(call: Call, prime: int) -> dict[str, object]:
    """Return how a call with recipients who are named is noted."""
    buckets = [bucket_of(key, prime) for key in call.keys]
    return {"code": call.code, "keys": list(call.keys), "first": min(buckets), "last": max(buckets)}


def _sent(results: Results) -> dict[str, object]:
    return {"sent": list(results.sent), "ids": None if results.message_ids is None else list(results.message_ids)}


def _besides_sent(results: Results, prime: int) -> dict[str, object]:
    """Return of whom something else is to be noted than that they have the message, or more."""
    given: list[Given] = [(key, OutcomeKind.REFUSED_BY_TARGET, code) for key, code in results.refused.items()]
    given += [(key, OutcomeKind.UNKNOWN, "") for key in results.unknown]
    given += [(key, OutcomeKind.NEVER_ACTIVATED, "") for key in results.no_digital_user]
    return {
        "keys": [key for key, _, _ in given],
        "buckets": [bucket_of(key, prime) for key, _, _ in given],
        "kinds": [str(kind) for _, kind, _ in given],
        "codes": [code for _, _, code in given],
    }


def note(connection: BaseDatabaseWrapper, release: int, kind: OutcomeKind, code: str, keys: Sequence[int]) -> None:
    """Note one more outcome for some recipients."""
    if not keys:
        return
    prime = bucket_prime(connection.alias)
    buckets = [bucket_of(key, prime) for key in keys]
    values = {"release": release, "kind": kind.value, "code": code, "keys": list(keys), "buckets": buckets}
    run(connection, "note_outcome", values)
