"""The certificate as text for people and as JSON for programs."""

from __future__ import annotations

import json
from dataclasses import asdict

from eboxcast.reports.certificate_page import page_of
from eboxcast.reports.page_text import text_of
from eboxcast.reports.schemas import Certificate


def as_text(certificate: Certificate, language: str) -> str:
    """Return the certificate as plain text."""
    return text_of(page_of(certificate, language))


def as_json(certificate: Certificate) -> str:
    """Return the certificate as one JSON object (docs/reference/certificate-json.md)."""
    return json.dumps(asdict(certificate), ensure_ascii=False, indent=2)
