"""The document of a message: to look at in the browser where that is safe, or to keep; whole, or a part of it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, HttpResponseNotModified, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from eboxcast.inbox.messages import PDF, TEXT
from eboxcast.inbox.ranges import BeyondTheEnd, Part, part_asked
from eboxcast.inbox.visits import InboxRequest, signed_in
from eboxcast.lib.masking import mask_and_strip
from eboxcast.mailboxes.opening import Letter, find_letter, open_document

SHOWN_BY_BROWSERS = {PDF: PDF, TEXT: "text/plain; charset=utf-8"}
"""What is looked at in the browser. Everything else is kept as a file: HTML among it would act as a page of ours."""
_POLICY_OF_PDF = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
"""Without ``sandbox``: browsers do not show a PDF in one. Scripts in it were refused when it was handed in."""
_POLICY = "default-src 'none'; sandbox; frame-ancestors 'self'"


@require_safe
@signed_in
def show(request: InboxRequest, environment: str, run: UUID, *, keep: bool = False) -> HttpResponseBase:
    """Answer the document, or the part that is asked for. With this it is read; asking only for the headers is not."""
    recipient = request.visit.recipient
    if request.method == "HEAD":
        letter, document = find_letter(recipient, run), None
    else:
        document = open_document(recipient, run)
        letter = document.letter
    if request.headers.get("If-None-Match") == _etag(letter):
        return _with_headers(HttpResponseNotModified(), letter, keep=keep)
    try:
        part = _part_asked(request, letter)
    except BeyondTheEnd:
        response = _with_headers(HttpResponse(status=416), letter, keep=keep)
        response["Content-Range"] = f"bytes */{letter.size}"
        return response
    length = part.length if part else letter.size
    response = StreamingHttpResponse(
        document.stream(part.first if part else 0, length) if document else (),
        status=206 if part else 200,
        content_type=SHOWN_BY_BROWSERS.get(letter.media_type, letter.media_type),
    )
    response["Content-Length"] = str(length)
    if part:
        response["Content-Range"] = f"bytes {part.first}-{part.last}/{letter.size}"
    return _with_headers(response, letter, keep=keep)


def _part_asked(request: InboxRequest, letter: Letter) -> Part | None:
    """Return the part asked for; None for the whole, also where the document is another one than the browser has."""
    if request.headers.get("If-Range") not in (None, _etag(letter)):
        return None
    return part_asked(request.headers.get("Range", ""), letter.size)


def _with_headers(response: HttpResponseBase, letter: Letter, *, keep: bool) -> HttpResponseBase:
    shown = letter.media_type in SHOWN_BY_BROWSERS and not keep
    name = mask_and_strip(letter.file_name)
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = _etag(letter)
    response["Cache-Control"] = "no-store"
    response["Content-Disposition"] = content_disposition_header(not shown, name) or "attachment"
    response["Content-Security-Policy"] = _POLICY_OF_PDF if shown and letter.media_type == PDF else _POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _etag(letter: Letter) -> str:
    return f'"{letter.document_digest.hex()}"'
