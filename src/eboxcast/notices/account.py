"""The account of a broadcast in a mail: the certificate, the lists that are never mailed, and who has read it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from eboxcast.lib.formatting import grouped, short_run
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_, translate
from eboxcast.notices.about import About
from eboxcast.notices.kinds.kind import File
from eboxcast.notices.links import way_to
from eboxcast.reports.certificate_page import account_section, faults_section, lists_section, page_of
from eboxcast.reports.page_html import html_of
from eboxcast.reports.page_text import text_of
from eboxcast.reports.report import readings_section
from eboxcast.reports.schemas import Certificate, DayOfReading, Readings
from eboxcast.reports.sections import Fact, Section

_PEOPLE = N_("Lists with personal data")
_REJECTED = N_("Rejected rows")
_PAPER = N_("Recipients on the paper list")
_NEVER_MAILED = N_(
    "Both lists contain personal data and are never sent by email. The integration team retrieves "
    "them and hands them over securely. Each retrieval is recorded in the audit."
)


def account_by_list(about: About, language: str) -> Sequence[Section]:
    """Return the rows of each list, the faults by kind, and the recipients by outcome."""
    certificate = about.certificate
    if certificate is None:
        return []
    sections = [lists_section(certificate, language)]
    if certificate.totals.excluded:
        sections.append(faults_section(certificate, language))
    if certificate.recipients:
        sections.append(account_section(certificate, certificate.recipients, language))
    return sections


def paper_and_rejected(about: About, language: str) -> Sequence[Section]:
    """Return how many stand on the two lists that name people, and how they are fetched."""
    certificate = about.certificate
    if certificate is None:
        return []
    counts = {_REJECTED: certificate.totals.excluded, _PAPER: _on_paper(certificate)}
    facts = tuple(
        Fact(translate(label, language), grouped(count, language), number=True) for label, count in counts.items()
    )
    run = {"run": short_run(certificate.run)}
    # One page may give both, and is named once.
    ways = dict.fromkeys(way_to(NextAction(action=name, parameters=run)) for name in _FETCH)
    return [Section(title=translate(_PEOPLE, language), facts=facts, notes=(translate(_NEVER_MAILED, language), *ways))]


def certificate_files(about: About, language: str) -> Sequence[File]:
    """Return the certificate as text and as a page that prints."""
    if about.certificate is None or about.broadcast is None:
        return []
    name, page = f"{about.certificate.kind}-{about.broadcast.number}", page_of(about.certificate, language)
    return [
        File(file_name=f"{name}.txt", media_type="text/plain", content=text_of(page).encode()),
        File(file_name=f"{name}.html", media_type="text/html", content=html_of(page).encode()),
    ]


def read_curve(about: About, language: str) -> Sequence[Section]:
    """Return how many opened it for the first time, day by day, as the entry tells it."""
    days = about.entry.data.get("days")
    told = [DayOfReading(day=date.fromisoformat(day), count=int(count)) for day, count in days.items()] if days else []
    told.sort(key=lambda one: one.day)
    return [readings_section(Readings(total=sum(one.count for one in told), days=tuple(told)), language)]


_FETCH = ("report.rejected_rows", "report.paper_list")


def _on_paper(certificate: Certificate) -> int:
    part = certificate.recipients
    if part is None:
        return 0
    told = part.of_published
    published = (told.never_activated, told.deactivated, told.not_ebox_only) if told else ()
    return part.refused + part.unknown + sum(count or 0 for count in published)
