"""The report of a run: its certificate, and what came after: how many have read it."""

from __future__ import annotations

from dataclasses import replace

from eboxcast.broadcasts.models import Broadcast
from eboxcast.broadcasts.steps import refuse_other_institutions
from eboxcast.delivery.broadcasts.runs import PRODUCTION, run_for
from eboxcast.delivery.errors import NoRunYet
from eboxcast.delivery.models import Run
from eboxcast.delivery.runs.lookup import authorize_for
from eboxcast.lib.actors import Actor
from eboxcast.lib.formatting import grouped, short_date
from eboxcast.lib.policy import authorize
from eboxcast.lib.translation import N_, translate
from eboxcast.reports.certificate import certificate_of, issue_certificate
from eboxcast.reports.certificate_page import page_of
from eboxcast.reports.recipients import readings_of
from eboxcast.reports.schemas import Readings, Report
from eboxcast.reports.sections import Fact, Page, Section

_TITLE = N_("Report of a broadcast")
_READINGS = N_("Opened for the first time")
_TOGETHER = N_("= Total")
_NOBODY = N_("No one has opened it yet.")


def report_of(run: Run, *, actor: Actor) -> Report:
    """Return the report of a settled run. Raises NotYourRole, RunNotFound."""
    return Report(certificate=issue_certificate(run, actor=actor), readings=readings_of(run))


def look_at_report(run: Run, *, actor: Actor) -> Report:
    """Return the report of a settled run to look at: nothing is given out, so nothing goes on record.

    Raises NotYourRole, RunNotFound.
    """
    authorize_for(run, "report.see", actor=actor)
    return Report(certificate=certificate_of(run), readings=readings_of(run))


def run_of_broadcast(broadcast: Broadcast, *, actor: Actor) -> Run:
    """Return the run of a broadcast in production, settled. Raises BroadcastNotFound, NotYourRole, NoRunYet."""
    refuse_other_institutions(broadcast, actor)
    authorize(actor, "report.see")
    run = run_for(PRODUCTION, broadcast.production_run)
    if run is None:
        raise NoRunYet(broadcast=broadcast.number)
    return run


def page_of_report(report: Report, language: str) -> Page:
    """Return the report as a page: that of the certificate with the readings behind the account."""
    readings = (readings_section(report.readings, language),) if report.readings else ()
    page = page_of(report.certificate, language, after_account=readings)
    return replace(page, title=translate(_TITLE, language)) if report.certificate.kind == "certificate" else page


def readings_section(readings: Readings, language: str) -> Section:
    """Return how many opened it for the first time, day by day."""
    title = translate(_READINGS, language)
    if not readings.total:
        return Section(title=title, notes=(translate(_NOBODY, language),))
    days = [Fact(short_date(day.day, language), grouped(day.count, language), number=True) for day in readings.days]
    total = Fact(translate(_TOGETHER, language), grouped(readings.total, language), sum=True, number=True)
    return Section(title=title, facts=(*days, total))
