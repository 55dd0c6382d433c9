"""The sheet of one broadcast: where it stands first, then all there is, section by section."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import typer

from eboxcast.audit.selectors import SealedEntry
from eboxcast.broadcasts.deadlines import Term, terms_of
from eboxcast.broadcasts.models import Broadcast
from eboxcast.cli.broadcast.answers import head_of
from eboxcast.cli.broadcast.next_steps import outlook_lines
from eboxcast.cli.broadcast.sections import sections
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.formatting import aligned, grouped, long_date, moment_in
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, name_in, translate
from eboxcast.presenters.broadcast_words import LATENESS

_REASON = N_("Reason: {reason}")
_FACTS = {
    "institution": N_("Institution"),
    "application": N_("Application"),
    "message_type": N_("Message type"),
    "campaign": N_("Campaign"),
    "recipients": N_("Recipients"),
    "requested": N_("Requested by"),
    "wanted": N_("Requested dates"),
    "date": N_("Date"),
    "agreed": N_("Agreed moment"),
    "window": N_("Window"),
    "testers": N_("Testers"),
    "warned": N_("Contact centre"),
    "visible": N_("Visible since"),
}
_EXPECTED = N_("{count} expected")
_SINCE = N_("{by}, {at}")
_SPAN = N_("from {start} to {end}")
_WARNED = N_("warned on {at}; first-time users expected: {count}")
_TERMS = N_("Deadlines:")
_BY = N_("by {date}")
_DONE = N_("done on {at}")
_TOO_LATE = N_("done late, on {at}")
_OPEN = N_("open")
_OVERDUE = N_("late")
_WAIVED = N_("waived")


def show_sheet(broadcast: Broadcast, history: Sequence[SealedEntry] | None) -> None:
    """Print all there is of a broadcast."""
    language = language_of_user()
    with sanitized_db_errors():
        lines = [*head_of(broadcast), *_reason(broadcast, language), "", *outlook_lines(broadcast), ""]
        lines += [*_facts(broadcast, language), *_terms(broadcast, language)]
        for section in sections(broadcast, history, language):
            lines += ["", *section]
    typer.echo("\n".join(lines))


def _reason(broadcast: Broadcast, language: str) -> Iterator[str]:
    if broadcast.reason:
        yield translate(_REASON, language, {"reason": mask_and_strip(broadcast.reason)})


def _facts(broadcast: Broadcast, language: str) -> list[str]:
    shown = {name: text for name, text in _texts(broadcast, language).items() if text}
    return aligned([(f"  {translate(_FACTS[name], language)}", text) for name, text in shown.items()])


def _texts(broadcast: Broadcast, language: str) -> dict[str, str]:
    names = broadcast.institution.names
    by = {"by": mask_and_strip(broadcast.requested_by), "at": broadcast.requested_at}
    return {
        "institution": f"{broadcast.institution_id} {mask_and_strip(name_in(names, language))}",
        "application": mask_and_strip(broadcast.application),
        "message_type": mask_and_strip(broadcast.message_type),
        "campaign": mask_and_strip(broadcast.campaign.name) if broadcast.campaign else "",
        "recipients": _recipients(broadcast, language),
        "requested": translate(_SINCE, language, by),
        "wanted": ", ".join(long_date(day, language) for day in broadcast.wanted_dates),
        "date": long_date(broadcast.date, language) if broadcast.date else "",
        "agreed": _shown(broadcast.agreed_at, language),
        "window": _window(broadcast, language),
        "testers": ", ".join(broadcast.testers),
        "warned": _warned(broadcast, language),
        "visible": _shown(broadcast.visible_at, language),
    }


def _recipients(broadcast: Broadcast, language: str) -> str:
    if broadcast.recipients_count is not None:
        return grouped(broadcast.recipients_count, language)
    return translate(_EXPECTED, language, {"count": grouped(broadcast.expected_count, language)})


def _window(broadcast: Broadcast, language: str) -> str:
    if broadcast.date is None:
        return ""
    span = {"start": _shown(broadcast.window_starts_at, language), "end": _shown(broadcast.window_ends_at, language)}
    return translate(_SPAN, language, span)


def _warned(broadcast: Broadcast, language: str) -> str:
    if broadcast.contact_centre_warned_at is None:
        return ""
    count = broadcast.first_time_count
    data = {
        "at": _shown(broadcast.contact_centre_warned_at, language),
        "count": "–" if count is None else grouped(count, language),
    }
    return translate(_WARNED, language, data)


def _terms(broadcast: Broadcast, language: str) -> list[str]:
    found = terms_of(broadcast)
    if not found:
        return []
    rows = [
        (f"  {translate(LATENESS[term.what], language)}", _until(term, language), _mark(term, language))
        for term in found
    ]
    return ["", translate(_TERMS, language), *aligned(rows)]


def _until(term: Term, language: str) -> str:
    return translate(_BY, language, {"date": long_date(term.due_at.astimezone(clock.BRUSSELS).date(), language)})


def _mark(term: Term, language: str) -> str:
    if term.done_at:
        mark = translate(_TOO_LATE if term.late else _DONE, language, {"at": term.done_at})
    else:
        mark = translate(_OVERDUE if term.late else _OPEN, language)
    return f"{mark}, {translate(_WAIVED, language)}" if term.waived else mark


def _shown(moment: datetime | None, language: str) -> str:
    return moment_in(moment, language) if moment else ""
