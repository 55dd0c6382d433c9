"""The report as an HTML page."""

from __future__ import annotations

from eboxcast.reports.page_html import html_of
from eboxcast.reports.report import Report, page_of_report


def report_as_html(report: Report, language: str) -> str:
    """Return the report as one self-contained HTML page."""
    return html_of(page_of_report(report, language))
