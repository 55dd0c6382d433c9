"""What came of a set of files from a drop folder: as a line, and as JSON."""

from __future__ import annotations

from eboxcast.exchange.intake import WAITING, Collected
from eboxcast.lib.translation import N_, language_of_user, translate

FORMAT = "eboxcast.exchange/1"

_TOLD = N_("{institution}, {environment}: {reference}: {outcome}.")
_OUTCOMES = {
    "accepted": N_("accepted and prepared"),
    "rejected": N_("received, but cannot be used"),
    "refused": N_("refused ({codes})"),
    "cancelled": N_("cancelled, as requested"),
    WAITING: N_("not complete yet"),
}


def told(one: Collected) -> str:
    """Return what came of a set, as a sentence."""
    language = language_of_user()
    outcome = translate(_OUTCOMES[one.outcome], language, {"codes": ", ".join(map(str, one.codes))})
    data = {"institution": one.institution, "environment": one.environment, "reference": one.reference}
    return translate(_TOLD, language, {**data, "outcome": outcome})


def values(one: Collected) -> dict[str, object]:
    """Return what came of a set, for JSON."""
    return {
        "format": FORMAT,
        "institution": one.institution,
        "environment": one.environment,
        "reference": one.reference,
        "broadcast": one.broadcast or None,
        "outcome": one.outcome,
        "codes": list(one.codes),
        "trouble": one.error.code if one.error else None,
    }
