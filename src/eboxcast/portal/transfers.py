"""The drop folders over HTTPS, for programs: a file is sent with PUT and a token, in one piece or several.

What an institution may do with its folders is in ``exchange/access.py``, as for SFTP; `curl` is all it needs.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import wraps

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from eboxcast.exchange.access import ALL, INCOMING, Access, Download, Upload, access_for
from eboxcast.lib.actors import NotYourRole
from eboxcast.lib.errors import EboxcastError
from eboxcast.lib.telling import sentence_in
from eboxcast.portal.transfer_limits import Pace, TooSlow, taken_place
from eboxcast.senders.people_tokens import actor_of_token
from eboxcast.web.language import language_of

_BLOCK = 1 << 20
_BLOCK_IN = 64 << 10
"""The server of the pages waits until all of it came, and only then can it be judged how long that took."""
_RANGE = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})")
_OFFSET, _COMPLETE = "Upload-Offset", "Upload-Complete"
_STATUS = {
    errno.ENOENT: 404,
    errno.EACCES: 403,
    errno.EEXIST: 409,
    errno.EBUSY: 409,
    errno.EDQUOT: 507,
    errno.ENOSPC: 507,
}
_log = structlog.get_logger(__name__)

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Which bytes of a file come with a request."""

    start: int
    end: int
    """After the last."""
    total: int


def for_programs(view: View) -> View:
    """Have a view answer whoever has the token of a person or program that may deliver files for an institution."""

    @csrf_exempt  # a token in a header comes from no form
    @wraps(view)
    def answer(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponseBase:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return _text("A token is needed.", 401, {"WWW-Authenticate": "Bearer"})
        try:
            access = access_for(actor_of_token(token.strip()))
        except EboxcastError as error:
            status = 403 if isinstance(error, NotYourRole) else 401
            return _text(sentence_in(error, language_of(request)), status, {"WWW-Authenticate": "Bearer"})
        try:
            return view(request, access, *args, **kwargs)
        except OSError as error:
            return _text(error.strerror or "The file could not be stored.", _STATUS.get(error.errno or 0, 500))

    return answer


@for_programs
@require_http_methods(["GET", "HEAD"])
def show_folder(request: HttpRequest, access: Access, folder: str = "") -> HttpResponseBase:
    """List the folders, or the names in one: a line each."""
    names = access.names(folder) if folder else ALL
    return _text("\n".join(names), 200)


@for_programs
@require_http_methods(["GET", "HEAD", "PUT", "DELETE"])
def handle_file(request: HttpRequest, access: Access, folder: str, name: str) -> HttpResponseBase:
    """Take, show or remove a file."""
    if request.method == "PUT":
        return _take(request, access, folder, name)
    if request.method == "DELETE":
        access.remove(folder, name)
        return HttpResponse(status=204)
    if request.method == "HEAD" and folder in INCOMING:
        found = access.look(folder, name)
        whole = "?1" if access.is_whole(folder, name) else "?0"
        return HttpResponse(headers={_OFFSET: str(found.st_size), _COMPLETE: whole})
    return _given(access.open_to_read(folder, name))


def _take(request: HttpRequest, access: Access, folder: str, name: str) -> HttpResponse:
    piece = _piece(request)
    if piece is None:
        return _text("Say how long it is: Content-Length, and Content-Range for a part of a file.", 411)
    if piece.start and access.is_whole(folder, name):
        return _complete(access.look(folder, name).st_size, piece)
    with taken_place(access.institution) as is_taken:
        if is_taken:
            return _stored(request, access, folder, name, piece)
    return _text("Too many files are being sent. Send this one again in a minute.", 429, {"Retry-After": "60"})


def _stored(request: HttpRequest, access: Access, folder: str, name: str, piece: Piece) -> HttpResponse:
    upload = access.open_to_write(folder, name, create=not piece.start, fresh=not piece.start)
    try:
        if upload.size != piece.start:
            return _incomplete(upload, "Continue at the byte in Upload-Offset.", 409)
        if not _received(request, upload, piece) or piece.end < piece.total:
            return _incomplete(upload, "Not complete yet: continue at the byte in Upload-Offset.", 202)
    except TooSlow:
        return _incomplete(upload, "Too slow: continue at the byte in Upload-Offset, when your network is faster.", 408)
    except OSError:
        upload.leave()
        raise
    upload.finish()
    _log.info("transfer.received", institution=access.institution, bytes=piece.total)
    return _text("Received.", 201, {_OFFSET: str(piece.total), _COMPLETE: "?1"})


def _complete(size: int, piece: Piece) -> HttpResponse:
    """Leave a complete file as it is: whoever sends its last part again has not had the answer to it."""
    headers = {_OFFSET: str(size), _COMPLETE: "?1"}
    if size == piece.total:
        return _text("Received.", 201, headers)
    return _text("This file is complete. To replace it, send it from its beginning.", 409, headers)


def _piece(request: HttpRequest) -> Piece | None:
    """Return which bytes come; none where that is not said, or does not agree."""
    length = str(request.META.get("CONTENT_LENGTH") or "")
    if not length and "Transfer-Encoding" not in request.headers:
        length = "0"  # such as a GO file
    if not length.isascii() or not length.isdigit():
        return None
    size, wanted = int(length), request.headers.get("Content-Range")
    if wanted is None:
        return Piece(start=0, end=size, total=size)
    found = _RANGE.fullmatch(wanted)
    if found is None:
        return None
    start, last, total = map(int, found.groups())
    fits = start + size == last + 1 <= total
    return Piece(start=start, end=last + 1, total=total) if fits else None


def _received(request: HttpRequest, upload: Upload, piece: Piece) -> bool:
    """Write what comes; return whether all of it came. What came before is kept. Raises TooSlow."""
    offset, pace = piece.start, Pace()
    try:
        while offset < piece.end and (block := request.read(min(_BLOCK_IN, piece.end - offset))):
            upload.write(offset, block)
            offset += len(block)
            pace.judge(offset - piece.start)
    except UnreadablePostError:
        return False
    return offset == piece.end


def _incomplete(upload: Upload, said: str, status: int) -> HttpResponse:
    size = upload.size
    upload.leave()
    return _text(said, status, {_OFFSET: str(size), _COMPLETE: "?0"})


def _given(download: Download) -> HttpResponseBase:
    found = download.look()
    headers = {
        "Content-Length": str(found.st_size),
        "Last-Modified": format_datetime(datetime.fromtimestamp(int(found.st_mtime), UTC), usegmt=True),
        "Content-Disposition": "attachment",
    }
    return StreamingHttpResponse(_blocks(download), content_type="application/octet-stream", headers=headers)


def _blocks(download: Download) -> Iterator[bytes]:
    offset = 0
    try:
        while block := download.read(offset, _BLOCK):
            yield block
            offset += len(block)
    finally:
        download.leave()


def _text(said: str, status: int, headers: dict[str, str] | None = None) -> HttpResponse:
    content = f"{said}\n" if said else ""
    return HttpResponse(content, status=status, content_type="text/plain; charset=utf-8", headers=headers or {})
