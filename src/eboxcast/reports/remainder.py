"""Who has it and who has not, in one clause after the other; what is zero is not said."""

from __future__ import annotations

from collections.abc import Iterator

from eboxcast.lib.formatting import clauses, grouped
from eboxcast.lib.translation import N_, translate
from eboxcast.reports.schemas import RecipientsPart

_HAVE_IT = N_("{published} of {recipients} recipients have it")
_REFUSED = N_("{refused} were refused")
_UNKNOWN = N_("the result is unknown for {unknown}")
_UNDER_WAY = N_("{under_way} are in calls still in progress")
_LEFT = N_("{not_attempted} are still to be sent")
_NEVER = N_("{not_attempted} were not attempted")


def remainder_of(part: RecipientsPart, language: str, *, ended: bool) -> str:
    """Return the exact account of this moment in words, without a full stop. ``ended`` says that it stays so."""
    counts = {name: grouped(getattr(part, name), language) for name in _NAMES}
    return clauses((translate(clause, language, counts) for clause in _clauses(part, ended=ended)), language)


_NAMES = ("recipients", "published", "refused", "unknown", "under_way", "not_attempted")


def _clauses(part: RecipientsPart, *, ended: bool) -> Iterator[str]:
    yield _HAVE_IT
    if part.refused:
        yield _REFUSED
    if part.unknown:
        yield _UNKNOWN
    if part.under_way:
        yield _UNDER_WAY
    if part.not_attempted:
        yield _NEVER if ended else _LEFT
