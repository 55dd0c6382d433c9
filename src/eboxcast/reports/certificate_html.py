"""The certificate as an HTML page. A module apart: publishing prints text and need not load the template engine."""

from __future__ import annotations

from eboxcast.reports.certificate_page import page_of
from eboxcast.reports.page_html import html_of
from eboxcast.reports.schemas import Certificate


def as_html(certificate: Certificate, language: str) -> str:
    """Return the certificate as one self-contained HTML page."""
    return html_of(page_of(certificate, language))
