"""Compaction: the audiences of visible releases become sorted blocks, so that opening an eBox reads one block of many.

Nothing depends on it: a release counts by its rows until it counts by its blocks, and one transaction says which. Each
step here is such a transaction. A process that dies in one leaves what was there before.

*Rows* lie in tables by generation: new audiences go to the one whose turn it is. Once no release counts by the rows of
a generation any more, its table is truncated: deleting row by row would write as much to the log as storing did. That
is done all the same where releases that wait, prepared or paused for weeks, hold all tables but one.
*Blocks* lie in tables too, two for each of three levels. A compaction is all blocks that were made at once. When a
table holds enough of them, they are merged into one of the next level, without what was deleted meanwhile; of the last
level into the other table. So all data are written three or four times, and an opening reads a dozen blocks.

What is no longer read stays for an hour, for whoever has just begun to read it: a verification, a backup.

Where the blocks are on other machines than the fence, they do not come in the moment of a commit. So they are written
by a transaction of their own, in a compaction that does not count. When all of them are found, a second one, of the
coordinator alone, has it count. A compaction that never does is left to be emptied.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import numpy as np
from django.db import connections, transaction
from numpy.typing import NDArray

from eboxcast.database.copying import begin_copy_out, copy_in, copy_out
from eboxcast.database.distribution import is_distributed
from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import LockTaken, sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.crashpoints import Compacting, reached
from eboxcast.mailboxes.blocks import Pairs, as_rows, audiences_as_pairs, can_hold, chunks, opened
from eboxcast.mailboxes.sql import QUERIES, one, rows, run

_LOCK = 0x65626F79
_ROW_GENERATIONS = 4
_LEVELS = 3


@dataclass(frozen=True, kw_only=True)
class Rules:
    """When something is worth doing."""

    waiting_releases: int = 16
    """From so many on: each of them costs an opening as much as all blocks of a compaction."""
    releases_at_once: int = 8_192
    recipients_at_once: int = 100_000_000
    """So many are compacted in one transaction, in half a minute or less; the others have their turn right after. A
    merge has no such limit: it takes all of a level, with a million pairs in memory at a time, and a year of a country
    takes minutes. Nobody waits for it, and one that is broken off begins anew.
    """
    deleted_at_once: int = 64
    """Releases whose rows are deleted before the rest of a pass, each in a transaction."""
    fan_in: int = 8
    """So many compactions of a level become one of the next."""
    deleted_share: float = 0.5
    """Blocks in which so much was deleted are merged before there are enough of them,"""
    deleted_for: timedelta = timedelta(days=30)
    """and those older than this in which anything was;"""
    deleted_for_last: timedelta = timedelta(days=90)
    """of the last level, where nearly all data are, this old: each time all of them are written again."""
    patience: timedelta = timedelta(hours=1)
    mailing: timedelta = timedelta(days=7)
    """So long it waits for the emails to recipients, which find them sooner in rows."""


@dataclass(frozen=True, kw_only=True)
class Compacted:
    """What a pass did."""

    releases: int = 0
    """That count by their blocks now."""
    pairs: int = 0
    """Recipients written into blocks, those merged again too."""
    merged: int = 0
    """Compactions that became part of another."""
    cleared: int = 0
    """Tables that were emptied."""
    deleted: int = 0
    """Releases whose rows were deleted, as no table could be emptied."""

    def __bool__(self) -> bool:
        return bool(self.releases or self.merged or self.cleared or self.deleted)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How far an environment is compacted."""

    compactions: int
    """Whose blocks an opening reads."""
    releases: int
    """That count by their blocks."""
    waiting: int
    """Visible releases that count by their rows."""
    rows: int
    """Recipients whose rows are there, whether they count or not."""
    oldest_at: datetime | None
    """When the oldest release of those that count by their rows, or will, was stored: it holds its table."""

    @property
    def oldest_seconds(self) -> float:
        """Return for how long it has been there; 0 where none is."""
        return 0.0 if self.oldest_at is None else (clock.now() - self.oldest_at).total_seconds()


RULES = Rules()


def standing(environment: str) -> Standing:
    """Return how far an environment is compacted."""
    with sanitized_db_errors():
        row = one(environment_connection(environment), "standing_of_compaction", {"now": clock.now()})
    compactions, releases, waiting, in_rows, oldest_at = row or (0, 0, 0, 0, None)
    return Standing(compactions=compactions, releases=releases, waiting=waiting, rows=in_rows, oldest_at=oldest_at)


def compact(environment: str, rules: Rules = RULES) -> Compacted:
    """Do what is worth doing now: empty tables, merge, compact what waits. Another process that does it goes first."""
    with sanitized_db_errors():
        compaction = _Compaction(environment, rules)
        if not can_hold(compaction.prime):
            return Compacted()
        cleared = sum(compaction.clear())
        deleted = sum(compaction.delete_rows())
        merged = [compaction.merge(level) for level in range(_LEVELS)]
        releases, pairs = compaction.build()
    return Compacted(
        releases=releases,
        pairs=pairs + sum(some for _, some in merged),
        merged=sum(count for count, _ in merged),
        cleared=cleared,
        deleted=deleted,
    )


@dataclass(frozen=True)
class _Run:
    """A compaction there is."""

    id: int
    generation: int
    pairs: int
    named: int
    """Pairs whose release still has a name: of the others nobody can tell what they were."""
    made_at: datetime


@dataclass(frozen=True)
class _Made:
    """What was written into blocks, and does not count yet."""

    compaction: int
    generation: int
    pairs: int
    blocks: int
    releases: Sequence[int]
    """In the order of their numbers."""
    recipients: Sequence[int]


class _Compaction:
    def __init__(self, environment: str, rules: Rules) -> None:
        self.environment = environment
        self.rules = rules
        self.connection = environment_connection(environment)
        self.prime = bucket_prime(environment)
        self.spread = is_distributed(self.connection)  # asked anew: this process may have begun before it was
        self.now = clock.now()

    # Emptying

    def clear(self) -> Iterator[bool]:
        """Empty each table of which nothing is read any more; yield whether that was done."""
        for generation in range(_ROW_GENERATIONS):
            yield self._clear("audience", generation, "can_clear_audience", ("forget_rows",))
        for generation in range(2 * _LEVELS):
            yield self._clear("block", generation, "can_clear_blocks", ("forget_names", "forget_compactions"))

    def _clear(self, table: str, generation: int, ask: str, forget: Sequence[str]) -> bool:
        asked = {"generation": generation, "before": self.now - self.rules.patience}
        if not self._asked(ask, asked):
            return False
        try:
            with sanitized_db_errors(), transaction.atomic(using=self.environment):
                # Nobody is kept waiting for long behind this lock: whoever reads there now goes first.
                if self.spread:
                    run(self.connection, "wait_little_everywhere", {})
                run(self.connection, "wait_little", {})
                if not self._alone():
                    return False
                with self.connection.cursor() as cursor:
                    cursor.execute(f"lock table {table}_{generation:d} in access exclusive mode")
                    if not self._asked(ask, asked):  # with the lock: somebody may have stored here just before
                        return False
                    cursor.execute(f"truncate {table}_{generation:d}")
                for statement in forget:
                    run(self.connection, statement, asked)
                reached(Compacting.CLEARED_BEFORE_COMMIT)
        except LockTaken:
            return False
        return True

    def delete_rows(self) -> Iterator[bool]:
        """Delete the rows of what counts by its blocks, where no table can be emptied; yield whether that was done."""
        before = self.now - self.rules.patience
        asked = {"before": before, "generations": list(range(_ROW_GENERATIONS)), "most": self.rules.deleted_at_once}
        for (release,) in rows(self.connection, "rows_to_delete", asked):
            yield self._delete_rows({"release": release, "last_bucket": self.prime - 1})

    def _delete_rows(self, of_release: dict[str, object]) -> bool:
        with transaction.atomic(using=self.environment):
            if not self._alone():
                return False
            run(self.connection, "purge_audience", of_release)
            # Last, and without waiting: who deletes the audience holds the release, and waits for these rows.
            if not run(self.connection, "forget_rows_of", of_release):
                transaction.set_rollback(True, using=self.environment)
                return False
            reached(Compacting.DELETED_BEFORE_COMMIT)
        return True

    def _asked(self, ask: str, asked: dict[str, object]) -> bool:
        return one(self.connection, ask, asked) == (True,)

    # Merging

    def merge(self, level: int) -> tuple[int, int]:
        """Merge the compactions of a level where it is time; return how many they were, and the pairs written."""
        with self._step() as alone:
            merged = self._to_merge(level) if alone else []
            target = self._room_of(min(level + 1, _LEVELS - 1), besides=merged[0].generation) if merged else None
            if target is None:
                return 0, 0
            names = rows(self.connection, "names_in_compactions", {"compactions": [some.id for some in merged]})
            with self._part():
                made = self._write_merged(merged, names, target) if names else None
            if made is not None and not self._is_whole(made):
                return 0, 0
            with self._part():
                if made is not None:
                    # Purging a release holds its row: what is deleted meanwhile gets no name again.
                    rows(self.connection, "hold_releases", {"releases": made.releases})
                    self._count(made, made.releases)
                run(self.connection, "end_compactions", {"compactions": [some.id for some in merged], "now": self.now})
                self._have_planned_anew(target)
                reached(Compacting.MERGED_BEFORE_COMMIT)
        reached(Compacting.MERGED)
        return len(merged), made.pairs if made is not None else 0

    def _to_merge(self, level: int) -> list[_Run]:
        for generation in (2 * level, 2 * level + 1):
            there = [some for some in self._runs() if some.generation == generation]
            pairs, named = sum(some.pairs for some in there), sum(some.named for some in there)
            kept_for = self.rules.deleted_for_last if level == _LEVELS - 1 else self.rules.deleted_for
            old = [some for some in there if some.named < some.pairs and some.made_at <= self.now - kept_for]
            shut = generation in self._shut()  # because of one that never counted: it is emptied only as a whole
            deleted = named <= pairs * (1 - self.rules.deleted_share)
            if len(there) >= self.rules.fan_in or old or (there and (deleted or shut)):
                return there
        return []

    def _write_merged(self, merged: Sequence[_Run], names: Sequence[tuple[int, int, int, int]], target: int) -> _Made:
        new = self._begin(target)
        numbers = _Numbers(names)
        written = 0
        for first, last in self._chunks(sum(some.pairs for some in merged)):
            wanted = {
                "generation": merged[0].generation,
                "compactions": [some.id for some in merged],
                "first": first,
                "last": last,
            }
            blocks = opened(copy_out(self.connection, QUERIES["read_blocks"], wanted), prime=self.prime)
            pairs = numbers.renamed(blocks.pairs, blocks.compactions)
            written += self._write(pairs, new, target)
        counts = {release: recipients for _, _, release, recipients in names}
        recipients = [counts[release] for release in numbers.releases]
        return self._made(new, target, pairs=written, releases=numbers.releases, recipients=recipients)

    # Compacting

    def build(self) -> tuple[int, int]:
        """Compact what waits, if that is worth it; return how many releases and recipients."""
        with self._step() as alone:
            mailed_before = self.now - self.rules.mailing
            asked = {"now": self.now, "mailed_before": mailed_before, "most": self.rules.releases_at_once}
            waiting = self._some_of(rows(self.connection, "waiting_for_compaction", asked)) if alone else ()
            target = self._room_of(0) if waiting else None
            if target is None:
                return 0, 0
            with self._part():
                made = self._write_waiting(waiting, target)
            reached(Compacting.BLOCKS_STORED)
            if not self._is_whole(made):
                return 0, 0
            with self._part():
                marked = self._mark(made, {release: expected for release, _, expected in waiting})
                if not marked:  # all of them are being changed just now, or were tampered with
                    transaction.set_rollback(True, using=self.environment)
                    return 0, 0
                self._count(made, marked)
                self._turn()
                self._have_planned_anew(target)
                reached(Compacting.BUILT_BEFORE_COMMIT)
        reached(Compacting.BUILT)
        return len(marked), made.pairs

    def _some_of(self, waiting: Sequence[tuple[int, int, int]]) -> Sequence[tuple[int, int, int]]:
        """Return the first of what waits, as many as one transaction takes, where so many wait that it is worth it."""
        if len(waiting) < self.rules.waiting_releases:
            return ()
        upto = np.cumsum([recipients for _, _, recipients in waiting])
        return waiting[: max(1, int(np.searchsorted(upto, self.rules.recipients_at_once, side="right")))]

    def _write_waiting(self, waiting: Sequence[tuple[int, int, int]], target: int) -> _Made:
        new = self._begin(target)
        releases = [release for release, _, _ in waiting]
        recipients = np.zeros(len(releases), dtype=np.int64)
        for pairs in self._audiences(waiting, releases):
            self._write(pairs, new, target)
            recipients += np.bincount(pairs.numbers, minlength=len(releases))
            reached(Compacting.BLOCKS_WRITTEN)
        written = int(recipients.sum())
        return self._made(new, target, pairs=written, releases=releases, recipients=recipients.tolist())

    def _mark(self, made: _Made, expected: Mapping[int, int]) -> list[int]:
        """Have releases count by their blocks; return which. What is not all there, because it is being deleted, was
        tampered with or lies on a machine that is behind, stays as it is.
        """
        found = zip(made.releases, made.recipients, strict=True)
        whole = [release for release, recipients in found if recipients == expected[release]]
        marked = rows(self.connection, "mark_compacted", {"releases": whole, "now": self.now})
        return [release for (release,) in marked]

    def _audiences(self, waiting: Sequence[tuple[int, int, int]], releases: Sequence[int]) -> Iterator[Pairs]:
        """Yield what waits, in pieces. While one is packed the server works on the next, over a connection of its own:
        what is visible changes no more, and if it is deleted meanwhile, its count says so.
        """
        wanted = {
            "releases": f"{{{','.join(map(str, releases))}}}",  # once, and not a value each in every piece
            "generations": sorted({generation for _, generation, _ in waiting}),
        }
        ranges = list(self._chunks(sum(count for _, _, count in waiting)))
        beside = connections.create_connection(self.environment)

        def begin(first: int, last: int) -> Iterator[bytes]:
            return begin_copy_out(beside, QUERIES["read_audiences"], {**wanted, "first": first, "last": last})

        try:
            coming = begin(*ranges[0])
            for following in (*ranges[1:], None):
                copied = b"".join(coming)
                if following:
                    coming = begin(*following)
                yield audiences_as_pairs(copied, releases)
        finally:
            beside.close()

    def _turn(self) -> None:
        """Have what is stored from now on go to an empty table, so that the one with what was compacted empties."""
        run(self.connection, "turn_generation", {"generations": list(range(_ROW_GENERATIONS))})

    # Of all

    @contextmanager
    def _step(self) -> Iterator[bool]:
        """Do something by ourselves, in one transaction where all is on one server; yield whether nobody else does."""
        if not self.spread:
            with transaction.atomic(using=self.environment):
                yield self._alone()
            return
        alone = self._asked("lock_compaction_for_long", {"lock": _LOCK})
        try:
            if alone:
                run(self.connection, "end_half_compactions", {"now": self.now})
            yield alone
        finally:
            if alone and self.connection.is_usable():
                one(self.connection, "unlock_compaction", {"lock": _LOCK})

    def _part(self) -> AbstractContextManager[object]:
        return transaction.atomic(using=self.environment) if self.spread else nullcontext()

    def _made(
        self, compaction: int, generation: int, *, pairs: int, releases: Sequence[int], recipients: Sequence[int]
    ) -> _Made:
        blocks = self._blocks_of(compaction, generation) if self.spread else 0
        return _Made(compaction, generation, pairs, blocks, releases, recipients)

    def _is_whole(self, made: _Made) -> bool:
        """Return whether all blocks are there, on each machine: one may have died in the commit."""
        return not self.spread or self._blocks_of(made.compaction, made.generation) == made.blocks

    def _blocks_of(self, compaction: int, generation: int) -> int:
        asked = {"generation": generation, "compaction": compaction, "last_bucket": self.prime - 1}
        row = one(self.connection, "count_blocks", asked)
        return 0 if row is None else int(row[0])

    def _count(self, made: _Made, releases: Collection[int]) -> None:
        """Have a compaction count, and say which numbers some of its releases are."""
        wanted = set(releases)
        found = zip(made.releases, made.recipients, range(len(made.releases)), strict=True)
        kept = [each for each in found if each[0] in wanted]
        names, recipients, numbers = zip(*kept, strict=True) if kept else ((), (), ())
        named = {"releases": list(names), "recipients": list(recipients), "numbers": list(numbers)}
        run(self.connection, "name_releases", {**named, "compaction": made.compaction})
        run(self.connection, "count_compaction", {"compaction": made.compaction, "pairs": made.pairs})

    def _have_planned_anew(self, generation: int) -> None:
        """Have every connection plan openings anew after the commit: a plan that was made when a table was empty, or
        when most releases counted by their rows, reads all of it.
        """
        if self.spread:  # the statement there is another, and each machine plans its own
            return
        with self.connection.cursor() as cursor:
            cursor.execute("analyze (skip_locked) release")
            one(self.connection, "sample_little", {})
            cursor.execute(f"analyze (skip_locked) block_{generation:d} (bucket)")

    def _alone(self) -> bool:
        return self._asked("lock_compaction", {"lock": _LOCK})

    def _runs(self) -> list[_Run]:
        return [_Run(*row) for row in rows(self.connection, "compactions", {})]

    def _room_of(self, level: int, *, besides: int = -1) -> int | None:
        """Return the table of a level that takes another compaction: never one that waits to be emptied."""
        living = {some.generation for some in self._runs()}
        shut = {besides, *self._shut()}
        both = [generation for generation in (2 * level, 2 * level + 1) if generation not in shut]
        return next((generation for generation in both if generation in living), both[0] if both else None)

    def _shut(self) -> set[int]:
        return {generation for (generation,) in rows(self.connection, "generations_to_clear", {})}

    def _begin(self, generation: int) -> int:
        begun = {"mark": uuid4(), "generation": generation, "now": self.now}
        row = one(self.connection, "begin_compaction", {**begun, "ended_at": "infinity" if self.spread else None})
        return 0 if row is None else int(row[0])

    def _chunks(self, pairs: int) -> Iterator[tuple[int, int]]:
        return chunks(0, self.prime - 1, pairs=pairs, prime=self.prime)

    def _write(self, pairs: Pairs, compaction: int, generation: int) -> int:
        if len(pairs):
            packed = as_rows(pairs, prime=self.prime, compaction=compaction, generation=generation)
            copy_in(self.connection, QUERIES["store_blocks"], packed)
        return len(pairs)


class _Numbers:
    """The numbers of releases in a compaction that takes the place of others."""

    def __init__(self, names: Sequence[tuple[int, int, int, int]]) -> None:
        self.releases = sorted({release for _, _, release, _ in names})
        new = {release: number for number, release in enumerate(self.releases)}
        self._maps: dict[int, NDArray[np.int64]] = {}
        for compaction in {compaction for compaction, _, _, _ in names}:
            of_this = [(number, new[release]) for its, number, release, _ in names if its == compaction]
            mapped = np.full(max(number for number, _ in of_this) + 1, -1, dtype=np.int64)
            mapped[[number for number, _ in of_this]] = [number for _, number in of_this]
            self._maps[compaction] = mapped

    def renamed(self, pairs: Pairs, compactions: NDArray[np.int64]) -> Pairs:
        """Return the pairs with their new numbers, without those whose release has no name any more."""
        numbers = np.full(len(pairs), -1, dtype=np.int64)
        for compaction, mapped in self._maps.items():
            of_this = np.flatnonzero(compactions == compaction)
            old = pairs.numbers[of_this]
            known = old < len(mapped)
            numbers[of_this[known]] = mapped[old[known]]
        kept = numbers >= 0
        return Pairs(buckets=pairs.buckets[kept], keys=pairs.keys[kept], numbers=numbers[kept])
