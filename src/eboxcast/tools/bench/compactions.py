"""Opening an eBox beside 10, 300 and 10,000 active broadcasts: from rows, from blocks, and as one would write it first.

A few buckets are filled as a whole country would fill them, so that ten thousand broadcasts fit on one machine.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from eboxcast.database import boot
from eboxcast.database.copying import copy_in
from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.lib import clock
from eboxcast.lib.buckets import Keys
from eboxcast.mailboxes import storing
from eboxcast.mailboxes.compacting import Compacted, Rules, compact
from eboxcast.mailboxes.expiring import Due, Ended, Rule, purge
from eboxcast.mailboxes.finding import PAGE_SIZE
from eboxcast.mailboxes.models import Release
from eboxcast.mailboxes.opening import open_ebox
from eboxcast.mailboxes.packing import pack
from eboxcast.mailboxes.sql import QUERIES, one
from eboxcast.tools.bench.material import ENVIRONMENT, execute, new_release, show_to_all, size_of
from eboxcast.tools.bench.measuring import Bar, Bench, Row, percentile, timed

_BUCKETS = 64
_PEOPLE = 720
"""In each bucket: so many of 11.8 million fall into one of 16,381."""
_RECIPIENTS = 18
"""In each bucket, of a broadcast to 300,000."""
_WARM_UP = 200
_CONNECTIONS = 8
_LEVELS = 3
_MILLI = 1000
_ALL_AT_ONCE = Rules(waiting_releases=1, releases_at_once=100_000)
_RULES = Rules(patience=timedelta())
"""As the steward has them, but that no hour passes between what is done here."""
_YEAR = timedelta(days=365)
_VALID = timedelta(days=182)
_EMPTY = "truncate audience, audience_turn, block, compaction, compacted_release, release, message cascade"
_TEXTBOOK = """
    select distinct on (m.id) m.id, r.id, r.run, r.visible_at, r.expires_at, rd.read_at, rd.hidden_at,
           m.title, m.language, m.file_name, m.media_type, f.size, f.digest, m.institution, m.institution_names,
           m.application, m.application_names, m.type_code, m.type_names
    from bench_recipient p
    join release r on r.id = p.release
    join message m on m.id = r.message_id
    join file f on f.id = m.file_id
    left join reading rd on rd.bucket = mod(p.key, %(prime)s) and rd.release = p.release and rd.mailbox = p.key
    where p.key = %(key)s and r.visible_at is not null and r.recalled_at is null and r.expires_at > %(now)s
    order by m.id, r.visible_at
"""


@dataclass(frozen=True)
class Times:
    """How long openings took, in milliseconds."""

    middle: float
    slow: float


def compaction(
    bench: Bench, *, sizes: tuple[int, ...] = (10, 300, 10_000), openings: int = 3_000, passes: int = 640
) -> Iterator[Row]:
    """Yield how long opening takes beside more and more broadcasts, and what compacting them costs."""
    middles: dict[int, float] = {}
    for broadcasts in sizes:
        bench.tell(f"compact: storing {broadcasts:,} broadcasts in {_BUCKETS} buckets")
        people = _fill(broadcasts)
        with _one_row_each():
            before = measure_openings(people, openings // 10)
            plain = _times(people, openings, _open_textbook)
        done, seconds, written = compact_measured()
        after = measure_openings(people, openings)
        middles[broadcasts] = after.middle
        yield from _of_opening(broadcasts, before, after, plain)
        if broadcasts == sizes[-1]:
            yield from rows_of_compaction(f"{broadcasts:,} broadcasts", done, seconds, written)
            yield Row(
                name=f"open, {broadcasts:,} broadcasts, p50 beside {sizes[0]}",
                figure=after.middle,
                unit="ms",
                baseline=middles[sizes[0]],
                bar=Bar(most=2, of_baseline=True),
                note=f"the same beside {sizes[0]} broadcasts, where an eBox shows fewer messages",
            )
        elif broadcasts == sizes[len(sizes) // 2]:
            yield _together(people, openings)
        execute(_EMPTY)
    yield from _log_of_a_year(bench, passes)
    execute(_EMPTY)


def _log_of_a_year(bench: Bench, times: int) -> Iterator[Row]:
    """Yield what compacting writes to the log in a year in which broadcasts come by and by, are valid for half of it
    and are deleted then, with all merges. In 64 buckets the rows of the releases themselves are a byte or more of it
    for each recipient.
    """
    bench.tell(
        f"compact: a year of {times * _RULES.waiting_releases:,} broadcasts, {_RULES.waiting_releases} at a time"
    )
    people = _fill(1).reshape(_BUCKETS, _PEOPLE)
    draw = np.random.default_rng(8)
    of_each = _BUCKETS * _RECIPIENTS
    room = written = pairs = 0
    began = clock.offset()
    try:
        for number in range(times):
            clock.move(began + _YEAR * number / times)
            _store_more(people, draw, _RULES.waiting_releases)
            room = room or size_of("audience") // (_RULES.waiting_releases + 1)
            _expire()
            before = _log_position()
            pairs += _compact_all(_RULES).pairs
            written += _log_position() - before
    finally:
        clock.move(began)
    recipients = times * _RULES.waiting_releases * of_each
    note = (
        f"a recipient; {times:,} times {_RULES.waiting_releases} broadcasts in a year, valid for {_VALID.days} days;"
        f" each recipient written {pairs / recipients:.1f} times"
    )
    for beside, stored in (("the rows", room / of_each), ("the blocks", size_of("block") / _kept_pairs())):
        yield Row(
            name=f"log of compacting, a year with all merges, beside {beside}",
            figure=written / recipients,
            unit="bytes",
            baseline=stored,
            bar=Bar(most=3, of_baseline=True),
            note=f"{note}; the room of a recipient in {beside}",
        )


def _kept_pairs() -> int:
    with environment_connection(ENVIRONMENT).cursor() as cursor:
        cursor.execute("select sum(pairs) from compaction")
        return int(cursor.fetchone()[0])


def _expire() -> None:
    """Delete the audiences whose time is over, as `eboxcast expire` does; what that writes is not of compacting."""
    over = Release.objects.using(ENVIRONMENT).filter(expires_at__lte=clock.now(), audience_purged_at=None)
    for release, run in over.values_list("id", "run"):
        ended = Ended(rule=Rule.EXPIRED, since=clock.now())
        purge(
            ENVIRONMENT,
            Due(release=release, run=run, discard=False, audience=ended, outcomes=ended, unlaunched_until=None),
        )


def _store_more(people: Keys, draw: np.random.Generator, broadcasts: int) -> None:
    """Store copies of the last broadcast, visible since then, each with recipients of its own."""
    connection = environment_connection(ENVIRONMENT)
    (generation,) = one(connection, "generation_to_store_in", {}) or (0,)
    first = Release.objects.using(ENVIRONMENT).latest("id").id + 1
    anew = {"id": "t.id + n", "ticket": "'bench-' || (t.id + n)", "message_id": "message_id + n"}
    _copy_last_row("message", broadcasts, anew)
    visible, over = (f"'{moment.isoformat()}'::timestamptz" for moment in (clock.now(), clock.now() + _VALID))
    moments = {"visible_at": visible, "completed_at": visible, "expires_at": over, "audience_purged_at": "null"}
    fresh = {"run": "gen_random_uuid()", "compacted_at": "null", "generation": str(generation), **moments}
    _copy_last_row("release", broadcasts, anew | fresh)
    for number in range(broadcasts):
        begins = draw.integers(0, _PEOPLE // _RECIPIENTS, (_BUCKETS, 1))
        keys = np.take_along_axis(people, begins + np.arange(0, _PEOPLE, _PEOPLE // _RECIPIENTS), axis=1)
        packed = pack(
            np.sort(keys.ravel()), prime=bucket_prime(ENVIRONMENT), release=first + number, generation=generation
        )
        copy_in(connection, QUERIES["store_audience"], packed)


def _of_opening(broadcasts: int, before: Times, after: Times, plain: Times) -> Iterator[Row]:
    words = f"{broadcasts:,} broadcasts"
    yield Row(name=f"open from rows, {words}, p50", figure=before.middle, unit="ms")
    yield Row(
        name=f"open, {words}, p99",
        figure=after.slow,
        unit="ms",
        baseline=plain.slow,
        bar=Bar(most=1.5, of_baseline=True),
        note="a row per recipient with its index, the same people; the statement alone, no letter is made of its rows",
    )
    yield Row(name=f"open, {words}, p50", figure=after.middle, unit="ms", baseline=plain.middle)


def rows_of_compaction(
    words: str, done: Compacted, seconds: float, written: int, *, fast: bool = False
) -> Iterator[Row]:
    """Yield what a compaction cost: its rate, its log, its room. ``fast`` where it is that of a whole country."""
    bar = Bar(least=5_000_000) if fast else None
    yield Row(name=f"compact, {words}", figure=done.pairs / seconds, unit="recipients/s", bar=bar)
    yield Row(name=f"compact, {words}, log", figure=written / done.pairs, unit="bytes")
    yield Row(
        name=f"space per compacted recipient, {words}",
        figure=size_of("block") / done.pairs,
        unit="bytes",
        bar=Bar(most=6),
    )


def compact_measured() -> tuple[Compacted, float, int]:
    """Compact all that waits; return what was done, the seconds, and the bytes of log written meanwhile."""
    before = _log_position()
    started = perf_counter()
    done = _compact_all(_ALL_AT_ONCE)
    seconds = perf_counter() - started
    written = _log_position() - before
    execute("vacuum analyze block, release")
    return done, seconds, written


def merge_measured(words: str) -> Iterator[Row]:
    """Merge all that is compacted, through every level; yield the rate, the log and the time of a transaction."""
    before = _log_position()
    started = perf_counter()
    done = compact(ENVIRONMENT, Rules(waiting_releases=1_000_000, fan_in=1, patience=timedelta()))
    seconds = perf_counter() - started
    written = _log_position() - before
    yield Row(name=f"merge, {words}", figure=done.pairs / seconds, unit="recipients/s")
    yield Row(name=f"merge, {words}, log", figure=written / done.pairs, unit="bytes")
    note = "all of a level, in one transaction"
    yield Row(name=f"merge, {words}, a transaction", figure=seconds / _LEVELS, unit="s", note=note)


def _compact_all(rules: Rules) -> Compacted:
    releases = pairs = merged = 0
    while done := compact(ENVIRONMENT, rules):
        releases, pairs, merged = releases + done.releases, pairs + done.pairs, merged + done.merged
    return Compacted(releases=releases, pairs=pairs, merged=merged)


def measure_openings(people: Keys, openings: int) -> Times:
    """Open the eBoxes of people drawn from these, and make the letters of the first page."""
    return _times(people, openings, lambda mailbox: list(open_ebox(ENVIRONMENT, mailbox)[:PAGE_SIZE]))


def _times(people: Keys, openings: int, work: Callable[[int], object]) -> Times:
    drawn = np.random.default_rng(5).choice(people, openings + _WARM_UP).tolist()
    seconds = [timed(lambda mailbox=mailbox: work(mailbox)) for mailbox in drawn][_WARM_UP:]  # type: ignore[misc]
    return Times(percentile(seconds, 0.5) * _MILLI, percentile(seconds, 0.99) * _MILLI)


def _open_textbook(mailbox: int) -> object:
    with environment_connection(ENVIRONMENT).cursor() as cursor:
        cursor.execute(_TEXTBOOK, {"key": mailbox, "prime": bucket_prime(ENVIRONMENT), "now": clock.now()})
        return cursor.fetchall()


@contextmanager
def _one_row_each() -> Iterator[None]:
    execute("create table bench_recipient (key bigint, release bigint, primary key (key, release))")
    execute("insert into bench_recipient select k, release from audience, unnest(keys) as k order by 1, 2")
    execute("vacuum analyze bench_recipient")
    try:
        yield
    finally:
        execute("drop table bench_recipient")


def _together(people: Keys, openings: int) -> Row:
    """Open from several processes at once, each with a connection of its own."""
    drawn = np.random.default_rng(6).choice(people, (_CONNECTIONS, openings)).tolist()
    anew = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(_CONNECTIONS, mp_context=anew, initializer=boot.configure) as processes:
        list(processes.map(_open_all, [some[:_WARM_UP] for some in drawn]))
        started = perf_counter()
        list(processes.map(_open_all, drawn))
        seconds = perf_counter() - started
    return Row(
        name=f"open, {_CONNECTIONS} connections",
        figure=_CONNECTIONS * openings / seconds,
        unit="openings/s",
        bar=Bar(least=3_000),
    )


def _open_all(mailboxes: list[int]) -> None:
    for mailbox in mailboxes:
        open_ebox(ENVIRONMENT, mailbox)


def _fill(broadcasts: int) -> Keys:
    """Store so many broadcasts as copies of one, each with recipients of its own; return all people."""
    prime, draw = bucket_prime(ENVIRONMENT), np.random.default_rng(broadcasts)
    quotients = np.stack([np.sort(draw.choice(6_000_000, _PEOPLE, replace=False)) for _ in range(_BUCKETS)])
    people: Keys = quotients * prime + np.arange(_BUCKETS)[:, None]
    storing.store(ENVIRONMENT, new_release(_some_of(people, draw)))
    first = Release.objects.using(ENVIRONMENT).latest("id")
    for table, changes in (
        ("message", {"id": "t.id + n", "ticket": "ticket || '-' || n"}),
        ("release", {"id": "t.id + n", "message_id": "message_id + n", "run": "gen_random_uuid()"}),
    ):
        _copy_last_row(table, broadcasts - 1, changes)
    for number in range(1, broadcasts):
        keys = _some_of(people, draw)
        packed = pack(keys, prime=prime, release=first.id + number, generation=first.generation)
        copy_in(environment_connection(ENVIRONMENT), QUERIES["store_audience"], packed)
    now = clock.now()
    show_to_all(since=now - timedelta(days=1), until=now + timedelta(days=180))
    execute("vacuum analyze")
    return people.ravel()


def _some_of(people: Keys, draw: np.random.Generator) -> NDArray[np.int64]:
    chosen = np.argsort(draw.random(people.shape), axis=1)[:, :_RECIPIENTS]
    return np.sort(np.take_along_axis(people, chosen, axis=1).ravel())


def _copy_last_row(table: str, copies: int, changes: dict[str, str]) -> None:
    with environment_connection(ENVIRONMENT).cursor() as cursor:
        cursor.execute("select attname from pg_attribute where attrelid = %s::regclass and attnum > 0", [table])
        columns = [str(name) for (name,) in cursor.fetchall()]
        values = ", ".join(changes.get(name, name) for name in columns)
        cursor.execute(
            f"insert into {table} ({', '.join(columns)}) select {values}"  # noqa: S608 (our own names)
            f" from (select * from {table} order by id desc limit 1) t, generate_series(1, %s) n",
            [copies],
        )


def _log_position() -> int:
    with environment_connection(ENVIRONMENT).cursor() as cursor:
        cursor.execute("select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint")
        return int(cursor.fetchone()[0])
