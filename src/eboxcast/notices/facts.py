"""The facts of a mail: what it is about, and the values an entry brings, each under its label."""

from __future__ import annotations

from collections.abc import Sequence

from eboxcast.lib.translation import N_, translate
from eboxcast.notices.about import About
from eboxcast.notices.words import spoken
from eboxcast.reports.sections import Fact, Section

_LABELS = {
    "reason": N_("Reason"),
    "why": N_("Reason"),
    "dates": N_("Dates"),
    "expected": N_("Expected recipients"),
    "recipients": N_("Recipients"),
    "reconfirmation_due": N_("Reconfirm by"),
    "acceptance_due": N_("Files for acceptance by"),
    "due": N_("Due"),
    "agreed_at": N_("Visible from"),
    "window_ends_at": N_("End of the window"),
    "visible_at": N_("Visible since"),
    "environment": N_("Environment"),
    "files": N_("Files (digest)"),
    "document": N_("Document (SHA-256)"),
    "first_time": N_("First-time eBox users expected"),
    "published": N_("Published"),
    "refused": N_("Refused"),
    "unknown": N_("Unknown"),
    "not_attempted": N_("Not attempted"),
    "read": N_("Recipients who opened it"),
    "application": N_("Application"),
}
_NUMBERS = {"expected", "recipients", "first_time", "published", "refused", "unknown", "not_attempted", "read"}
_FIXED = {"files", "document"}

_ABOUT = N_("Overview")
_DETAILS = N_("Details")
_BROADCAST = (
    ("number", N_("Broadcast")),
    ("subject", N_("Subject")),
    ("campaign", N_("Campaign")),
    ("institution", N_("Institution")),
    ("type", N_("Message type")),
    ("language", N_("Language")),
    ("date", N_("Date")),
)


def details(about: About, names: Sequence[str], language: str) -> list[Section]:
    """Return the values that belong to this kind of notice; none when nothing is known of any."""
    data = about.data
    facts = tuple(
        Fact(
            translate(_LABELS[name], language),
            spoken(data[name], language),
            number=name in _NUMBERS,
            fixed=name in _FIXED,
        )
        for name in names
        if data.get(name) not in (None, "", [])
    )
    return [Section(title=translate(_DETAILS, language), facts=facts)] if facts else []


def subject_matter(about: About, language: str) -> list[Section]:
    """Return which broadcast it is; nothing for what is about none."""
    if about.broadcast is None:
        return []
    data = about.data
    facts = tuple(
        Fact(translate(label, language), spoken(data[name], language)) for name, label in _BROADCAST if name in data
    )
    return [Section(title=translate(_ABOUT, language), facts=facts)]
