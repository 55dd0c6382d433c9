"""The figures of a soak, taken all the time: what they were at its start and at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from statistics import median

import psutil
import psycopg
from tests.soak.messages import Report

from eboxcast.tools.bench.measuring import Bar, Row, percentile

_MEGA = 1_000_000
_SIZE = "select pg_database_size(current_database())"
_LOG = "select coalesce(sum(size), 0) from pg_ls_waldir()"
_ROWS = "select count(*) from "
_TABLES = {
    "control": ("run", "audit_entry"),
    "acceptance": ("release", "audience", "block", "compaction", "compacted_release", "reading"),
}
_OF_PROCESSES = ("memory", "open files")
_STAYS = Bar(most=1.5, of_baseline=True)
"""For what does not depend on how many letters there ever were."""
Ask = Callable[[str, str], object]
Name = tuple[str, str]
"""What is measured, and its unit."""


@dataclass(frozen=True)
class Sample:
    """All figures of one moment; and the openings since the last."""

    values: Mapping[Name, float]
    openings: tuple[float, ...] = field(repr=False)


@dataclass
class Figures:
    """Takes samples while the soak goes on."""

    ask: Ask
    """Asks a database for one number."""
    samples: list[Sample] = field(default_factory=list)
    totals: Counter[str] = field(default_factory=Counter)
    _openings: list[float] = field(default_factory=list)

    def take_in(self, report: Report) -> None:
        """Take in what a reader found."""
        self._openings += report.milliseconds
        self.totals["openings"] += len(report.milliseconds)
        self.totals["letters shown"] += report.shown
        self.totals["letters read or hidden"] += report.marks

    def sample(self, processes: Mapping[str, psutil.Process]) -> None:
        """Take a sample, unless the server is away; of these processes, too."""
        with suppress(psycopg.Error, psutil.Error):
            self.samples.append(Sample(dict(self._values(processes)), tuple(self._openings)))
            self._openings.clear()

    def rows(self) -> list[Row]:
        """Return each figure of the last quarter beside that of the second, when all was warm."""
        quarter = len(self.samples) // 4
        if not quarter:
            return []
        start, end = self.samples[quarter : 2 * quarter], self.samples[-quarter:]
        rows = [_opening("p50", 0.5, start, end), _opening("p99", 0.99, start, end)]
        for name, unit in end[-1].values:
            before, after = (median(one.values[name, unit] for one in some) for some in (start, end))
            bar = _STAYS if name.startswith(_OF_PROCESSES) else None
            rows.append(Row(name=name, figure=after, unit=unit, baseline=before, bar=bar))
        return rows

    def _values(self, processes: Mapping[str, psutil.Process]) -> Iterator[tuple[Name, float]]:
        for name, process in processes.items():
            yield (f"memory of {name}", "MB"), process.memory_info().rss / _MEGA
            yield (f"open files of {name}", ""), process.num_fds()
        for database, tables in _TABLES.items():
            yield (f"database {database}", "MB"), self._number(database, _SIZE) / _MEGA
            for table in tables:
                yield (f"rows of {table}", ""), self._number(database, _ROWS + table)
        yield ("log of the server", "MB"), self._number("control", _LOG) / _MEGA

    def _number(self, database: str, query: str) -> float:
        return float(str(self.ask(database, query)))


def _opening(name: str, share: float, start: Sequence[Sample], end: Sequence[Sample]) -> Row:
    before, after = (percentile([one for some in them for one in some.openings], share) for them in (start, end))
    return Row(name=f"open an eBox, {name}", figure=after, unit="ms", baseline=before)
