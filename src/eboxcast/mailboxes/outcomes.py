"""What is known of each recipient of a remote run: written before a call and after it, so that a kill names its doubt.

Before a call its recipients are noted as in flight, under the call's own code. After it, whoever takes those rows back
may note what came of it: a worker that wakes when its call was taken over by another finds nothing to take back.

Each note is one statement. Who is in a call of a whole range, and who of it simply has the message, is said without
naming anybody: the database copies those keys by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib.buckets import bucket_of
from eboxcast.mailboxes.models import OutcomeKind
from eboxcast.mailboxes.sql import one, rows, run

_NOT_LEFT = {OutcomeKind.SENT, OutcomeKind.REFUSED_BY_TARGET, OutcomeKind.UNKNOWN, OutcomeKind.IN_FLIGHT}
_EVERYBODY = ""
_LEFT = ""
"""In the place of a kind: nothing is known of him, he is to be sent to."""

Given = tuple[int, str, str, str | None]
"""A key, the kind of its outcome, the code, and the provider's id where there is one."""


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


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What is left in a range, which calls are under way in it, and how many have each outcome."""

    left: Sequence[int]
    under_way: Mapping[str, Sequence[int]]
    counts: Mapping[str, int]


def progress_of(environment: str, where: Range) -> Progress:
    """Return who of a range is still to be sent to, which calls of it have no answer yet, and what is known."""
    with sanitized_db_errors():
        found = rows(environment_connection(environment), "progress_of_range", vars(where))
    everybody: set[int] = set()
    not_left: set[int] = set()
    under_way: dict[str, list[int]] = {}
    counts: Counter[str] = Counter()
    for kind, code, keys in found:
        if kind == _EVERYBODY:
            everybody.update(keys)
            continue
        counts[kind] += len(keys)
        if kind == OutcomeKind.IN_FLIGHT:
            under_way.setdefault(code, []).extend(keys)
        if kind in _NOT_LEFT:
            not_left.update(keys)
    return Progress(left=sorted(everybody - not_left), under_way=under_way, counts=counts)


def counts_in(environment: str, where: Range) -> dict[str, int]:
    """Return how many recipients of a range have each kind of outcome now, by ``OutcomeKind``."""
    with sanitized_db_errors():
        found = rows(environment_connection(environment), "counts_of_range", vars(where))
    return {kind: int(count) for kind, count in found}


def begin_range(environment: str, where: Range, *, call: str) -> list[int]:
    """Note that a call with everybody in a range is about to be made, and return who that is.

    Notes and returns nobody when anything is known of anybody in the range: then ``progress_of`` says what is left.
    """
    with sanitized_db_errors():
        noted = rows(environment_connection(environment), "begin_range", {**vars(where), "code": call})
    return [key for (keys,) in noted for key in keys]


def begin_call(environment: str, release: int, keys: Sequence[int], *, call: str) -> None:
    """Note that a call with these recipients is about to be made."""
    with sanitized_db_errors():
        note(environment_connection(environment), release, OutcomeKind.IN_FLIGHT, call, keys)


def end_call(environment: str, release: int, call: Call, results: Results, *, then: Call | None = None) -> bool:
    """Note what came of a call; say False when somebody took it over, and note nothing.

    ``then`` is the call to be made next, noted with it as in flight.
    """
    otherwise, given = _exceptions(call.keys, results)
    with sanitized_db_errors():
        connection = environment_connection(environment)
        prime = bucket_prime(environment)
        values: dict[str, object] = {
            "release": release,
            "code": call.code,
            "buckets": sorted({bucket_of(key, prime) for key in call.keys}),
            "kind": otherwise,
        }
        if not given and then is None:
            return one(connection, "end_call_alike", values) == (True,)
        return one(connection, "end_call", {**values, **_columns(given), **_next(then, prime)}) == (True,)


def _exceptions(keys: Sequence[int], results: Results) -> tuple[str, list[Given]]:
    """Return what most of a call came to, and everybody of whom something else is to be noted, or more."""
    told = results.message_ids is not None or bool(results.no_digital_user)
    given: list[Given] = [(key, OutcomeKind.REFUSED_BY_TARGET, code, None) for key, code in results.refused.items()]
    if len(results.unknown) == len(keys):
        return OutcomeKind.UNKNOWN, []
    given += [(key, OutcomeKind.UNKNOWN, "", None) for key in results.unknown]
    if results.sent and not told:
        return OutcomeKind.SENT, given + [(key, _LEFT, "", None) for key in results.left_of(keys)]
    ids = results.message_ids if results.message_ids is not None else [None] * len(results.sent)
    given += [(key, OutcomeKind.SENT, "", name) for key, name in zip(results.sent, ids, strict=True)]
    given += [(key, OutcomeKind.NEVER_ACTIVATED, "", None) for key in results.no_digital_user]
    return _LEFT, given


def _columns(given: Sequence[Given]) -> dict[str, object]:
    return {
        "keys": [key for key, _, _, _ in given],
        "kinds": [str(kind) for _, kind, _, _ in given],
        "codes": [code for _, _, code, _ in given],
        "ids": [name for _, _, _, name in given],
    }


def _next(then: Call | None, prime: int) -> dict[str, object]:
    keys = list(then.keys) if then else []
    return {
        "next_code": then.code if then else "",
        "next_keys": keys,
        "next_buckets": [bucket_of(key, prime) for key in keys],
    }


def note(connection: BaseDatabaseWrapper, release: int, kind: OutcomeKind, code: str, keys: Sequence[int]) -> None:
    """Note one more outcome for some recipients."""
    if not keys:
        return
    prime = bucket_prime(connection.alias)
    buckets = [bucket_of(key, prime) for key in keys]
    values = {"release": release, "kind": kind.value, "code": code, "keys": list(keys), "buckets": buckets}
    run(connection, "note_outcome", values)
