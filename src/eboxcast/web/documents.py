"""The document of a message as an answer: shown by the browser where that is safe, otherwise a file to keep."""

from __future__ import annotations

from typing import TypeVar

from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from eboxcast.lib.masking import mask_and_strip
from eboxcast.web.headers import POLICY

R = TypeVar("R", bound=HttpResponseBase)

PDF, TEXT = "application/pdf", "text/plain"
SHOWN_BY_BROWSERS = {PDF: PDF, TEXT: "text/plain; charset=utf-8"}
"""What is looked at in the browser. Everything else is kept as a file: HTML among it would act as a page of ours."""
FRAMES = f"{POLICY}; frame-src 'self'"
"""The policy of a page with a document in it."""
_POLICY_OF_PDF = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
"""Without ``sandbox``: browsers do not show a PDF in one. Scripts in it were refused when it was handed in."""
_POLICY = "default-src 'none'; sandbox; frame-ancestors 'self'"


def with_document_headers(response: R, *, file_name: str, media_type: str, keep: bool = False) -> R:
    """Add what keeps a document from being more than that; ``keep`` it even where a browser can show it."""
    shown = media_type in SHOWN_BY_BROWSERS and not keep
    response["Cache-Control"] = "no-store"
    response["Content-Disposition"] = content_disposition_header(not shown, mask_and_strip(file_name)) or "attachment"
    response["Content-Security-Policy"] = _POLICY_OF_PDF if shown and media_type == PDF else _POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response
