"""What became of a broadcast, made from the report of its run."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from eboxcast.lib.translation import N_
from eboxcast.presenters.schemas.results import DayRead, OutcomePart, RejectedListShown, ResultsShown
from eboxcast.reports.certificate_page import page_of
from eboxcast.reports.handing_out import HandedOut
from eboxcast.reports.schemas import Certificate, RecipientsPart, Report

OUTCOMES = {
    "ebox": N_("published, in an active eBox"),
    "never_activated": N_("published, eBox never activated"),
    "deactivated": N_("published, eBox deactivated"),
    "refused": N_("refused"),
    "unknown": N_("unknown"),
    "not_attempted": N_("not attempted"),
}


def results_shown(report: Report, language: str, *, paper: HandedOut | None) -> ResultsShown:
    """Return what became of a run; ``paper`` says who was given the paper list last."""
    certificate = report.certificate
    page, account = page_of(certificate, language), certificate.recipients
    days = report.readings.days if report.readings else ()
    together = accumulate(day.count for day in days)
    return ResultsShown(
        run=certificate.run,
        sentence=page.verdict,
        good=page.good,
        visible_at=certificate.moments.visible,
        certified=certificate.kind == "certificate",
        recipients=account.recipients if account else 0,
        outcomes=tuple(_outcomes(account)) if account else (),
        days=tuple(
            DayRead(day=day.day, count=day.count, together=until) for day, until in zip(days, together, strict=True)
        ),
        read=report.readings.total if report.readings else 0,
        published=account.published if account else 0,
        paper=_on_paper(account) if account else 0,
        paper_given_at=paper.at if paper else None,
        paper_given_by=paper.by if paper else None,
        rejected=tuple(_rejected(certificate)),
        deleted_at=certificate.moments.outcomes_deleted,
    )


def _outcomes(account: RecipientsPart) -> Iterator[OutcomePart]:
    told = account.of_published
    apart = {
        "never_activated": (told.never_activated if told else None) or 0,
        "deactivated": (told.deactivated if told else None) or 0,
    }
    counts = {
        "ebox": account.published - sum(apart.values()),
        **apart,
        "refused": account.refused,
        "unknown": account.unknown + account.under_way,
        "not_attempted": account.not_attempted,
    }
    return (OutcomePart(outcome=name, count=count) for name, count in counts.items() if count)


def _on_paper(account: RecipientsPart) -> int:
    told = account.of_published
    published = (told.never_activated, told.deactivated, told.not_ebox_only) if told else ()
    return account.refused + account.unknown + account.not_attempted + sum(count or 0 for count in published)


def _rejected(certificate: Certificate) -> Iterator[RejectedListShown]:
    for part in certificate.lists:
        if part.account.excluded:
            yield RejectedListShown(number=part.number, file_name=part.file_name, count=part.account.excluded)
