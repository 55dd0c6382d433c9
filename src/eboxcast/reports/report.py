"""The report of a run: its certificate, and what came after: how many have read it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace

from eboxcast.delivery.models import Run
from eboxcast.lib.actors import Actor
from eboxcast.lib.formatting import grouped
from eboxcast.lib.translation import N_, translate
from eboxcast.reports.certificate import issue_certificate
from eboxcast.reports.certificate_page import page_of
from eboxcast.reports.page_text import text_of
from eboxcast.reports.readings import Readings, readings_of
from eboxcast.reports.schemas import Certificate
from eboxcast.reports.sections import Fact, Page, Section

FORMAT = "eboxcast.report/1"

_TITLE = N_("Report of a broadcast")
_READINGS = N_("Opened for the first time")
_TOGETHER = N_("= Total")
_NOBODY = N_("No one has opened it yet.")


@dataclass(frozen=True, kw_only=True)
class Report:
    """What `eboxcast report` says of a run."""

    certificate: Certificate
    readings: Readings | None
    """None when it was never visible."""


def report_of(run: Run, *, actor: Actor) -> Report:
    """Return the report of a settled run. Raises NotYourRole, RunNotFound."""
    return Report(certificate=issue_certificate(run, actor=actor), readings=readings_of(run))


def page_of_report(report: Report, language: str) -> Page:
    """Return the report as a page: that of the certificate with the readings behind the account."""
    page = page_of(report.certificate, language)
    sections = page.sections
    if report.readings is not None:
        sections = (*sections[:-3], readings_section(report.readings, language), *sections[-3:])
    return replace(page, title=translate(_TITLE, language), sections=sections)


def report_as_text(report: Report, language: str) -> str:
    """Return the report as plain text."""
    return text_of(page_of_report(report, language))


def report_as_json(report: Report) -> str:
    """Return the report as one JSON object (docs/reference/report.md)."""
    return json.dumps({"format": FORMAT, **asdict(report)}, ensure_ascii=False, indent=2)


def readings_section(readings: Readings, language: str) -> Section:
    """Return how many opened it for the first time, day by day."""
    title = translate(_READINGS, language)
    if not readings.total:
        return Section(title=title, notes=(translate(_NOBODY, language),))
    days = [Fact(day.day, grouped(day.count, language), number=True) for day in readings.days]
    total = Fact(translate(_TOGETHER, language), grouped(readings.total, language), sum=True, number=True)
    return Section(title=title, facts=(*days, total))
