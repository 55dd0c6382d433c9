"""The document of a message: to look at in the browser where that is safe, or to keep; whole, or a part of it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, HttpResponseNotModified, StreamingHttpResponse
from django.views.decorators.http import require_safe

from eboxcast.inbox.ranges import BeyondTheEnd, Part, part_asked
from eboxcast.inbox.visits import InboxRequest, remember_writing, signed_in
from eboxcast.lib.formatting import short_run
from eboxcast.mailboxes.opening import Letter, find_letter, open_document
from eboxcast.presenters.json import json_text
from eboxcast.reports.receipts import own_receipt
from eboxcast.web.documents import SHOWN_BY_BROWSERS, with_document_headers


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
    if document and letter.read_at is None:
        remember_writing(response, environment)
    if part:
        response["Content-Range"] = f"bytes {part.first}-{part.last}/{letter.size}"
    return _with_headers(response, letter, keep=keep)


@require_safe
@signed_in
def give_receipt(request: InboxRequest, environment: str, run: UUID) -> HttpResponse:
    """Give out the receipt of the message: proof of it that names nobody. It is not reading."""
    content = json_text(own_receipt(request.visit.recipient, run))
    response = HttpResponse(content, content_type="application/json")
    name = f"receipt-{short_run(str(run))}.json"
    return with_document_headers(response, file_name=name, media_type="application/json", keep=True)


def _part_asked(request: InboxRequest, letter: Letter) -> Part | None:
    """Return the part asked for; None for the whole, also where the document is another one than the browser has."""
    if request.headers.get("If-Range") not in (None, _etag(letter)):
        return None
    return part_asked(request.headers.get("Range", ""), letter.size)


def _with_headers(response: HttpResponseBase, letter: Letter, *, keep: bool) -> HttpResponseBase:
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = _etag(letter)
    return with_document_headers(response, file_name=letter.file_name, media_type=letter.media_type, keep=keep)


def _etag(letter: Letter) -> str:
    return f'"{letter.document_digest.hex()}"'
