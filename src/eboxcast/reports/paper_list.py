"""The paper list: who has to get the letter on paper, instead of in an eBox or beside it.

CSV, UTF-8, semicolons, one recipient per line (docs/reference/report.md). It is the snapshot of the moment in which
the run became visible; of a run that is sent to a provider, what that told, and of whom nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterator

from eboxcast.delivery.models import Run
from eboxcast.lib.csv_cells import cell
from eboxcast.lib.identifiers import text_of_key
from eboxcast.mailboxes import fence
from eboxcast.mailboxes.models import OutcomeKind, Release
from eboxcast.reports.errors import NeverVisible, OutcomesDeleted
from eboxcast.reports.outcomes import Outcome, outcomes_of

HEADER = b"identifier;paper;reason;outcome\r\n"
PAPER_ONLY = "only"
"""Nobody reads it in an eBox: never activated, deactivated, or refused."""
PAPER_TOO = "also"
"""It can be read in an active eBox, whose owner has not chosen eBox only."""
NOBODY_KNOWS = "unknown"
"""Nobody knows whether the provider has it for this recipient."""
_STEP = 10_000


def paper_list(run: Run) -> Iterator[bytes]:
    """Return the paper list of a settled run in pieces. Raises NeverVisible, OutcomesDeleted before the first."""
    release = _visible_release(run)
    return _lines(run.environment, release)


def _visible_release(run: Run) -> Release:
    release = fence.find_release(run.environment, run.id)
    if release is None or release.visible_at is None:
        raise NeverVisible(run=run.short)
    if release.outcomes_purged_at is not None:
        raise OutcomesDeleted(run=run.short, moment=release.outcomes_purged_at)
    return release


def _lines(environment: str, release: Release) -> Iterator[bytes]:
    yield HEADER
    for outcome in outcomes_of(environment, release):
        ending = f";{_paper(outcome)};{cell(outcome.reason)};{outcome.outcome}\r\n"
        for start in range(0, len(outcome.keys), _STEP):
            keys = outcome.keys[start : start + _STEP].tolist()
            yield "".join(text_of_key(key) + ending for key in keys).encode()


def _paper(outcome: Outcome) -> str:
    if outcome.outcome == NOBODY_KNOWS:
        return NOBODY_KNOWS
    return PAPER_TOO if outcome.reason == OutcomeKind.NOT_EBOX_ONLY else PAPER_ONLY
