"""The faults of delivered files, each kind with how often it was found, what it means and what to do."""

from __future__ import annotations

from collections import Counter

from eboxcast.lib.formatting import grouped
from eboxcast.lib.translation import N_, translate
from eboxcast.notices.about import About
from eboxcast.package.faults import FAULTS
from eboxcast.reports.sections import Fact, Section

_TITLE = N_("Faults found")
_MOST = 20
_MORE = N_("There are {count} more kinds of fault, not shown here.")


class _LeftOpen(dict[str, str]):
    """Fills the names in a sentence about many faults, which differ from one to the next."""

    def __missing__(self, name: str) -> str:
        return "…"


_DIFFER = _LeftOpen()


def faults_by_code(about: About, language: str) -> list[Section]:
    """Return the faults an entry counts; nothing where there were none."""
    told = about.entry.data.get("faults")
    counts = Counter({str(code): int(count) for code, count in told.items()}) if isinstance(told, dict) else Counter()
    if not counts:
        return []
    shown = counts.most_common(_MOST)
    facts = tuple(Fact(f"{grouped(count, language)} × {code}", _meaning(code, language)) for code, count in shown)
    left = len(counts) - len(shown)
    notes = (translate(_MORE, language, {"count": left}),) if left else ()
    return [Section(title=translate(_TITLE, language), facts=facts, notes=notes)]


def _meaning(code: str, language: str) -> str:
    kind = FAULTS.get(code)
    if kind is None:
        return "–"
    return " ".join(translate(sentence, language, _DIFFER) for sentence in (kind.sentence, kind.remedy) if sentence)
