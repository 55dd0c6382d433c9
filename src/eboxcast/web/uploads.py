"""Files that come with a form: to disk as they come, from whoever has signed in, and no larger than the page says.

What is too large as a whole is refused by its announced size, before anything of it is read. A form that was cut on
its way is known by its last field, which ``whole`` asks for: without it the last file may be a part of itself.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import IO, Any, Concatenate, ParamSpec, cast

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from eboxcast.lib.errors import InputRefused, Trouble
from eboxcast.lib.translation import N_
from eboxcast.package.reading import reason_of
from eboxcast.web.errors import error_page
from eboxcast.web.requests import PageRequest

P = ParamSpec("P")
View = Callable[Concatenate[PageRequest, P], HttpResponseBase]

_SMALL = 1 << 20
"""Bytes of a file where a page says nothing else."""
LAST = "whole"
"""The last field of a form with files."""


class UploadTooLarge(InputRefused):
    """What was sent is larger than the page said."""

    code = "upload.too-large"
    sentence = N_("These files are too large: together at most {most} MB can be sent. Nothing was delivered.")
    remedy = N_("Check that they are the right files. Keep only the column with the identifiers in the lists.")


class UploadCut(InputRefused):
    """The connection ended before everything had arrived."""

    code = "upload.cut"
    sentence = N_("Not everything arrived: the connection was cut. Nothing was delivered.")
    remedy = N_("Choose the files again and send them once more.")


class NoRoomForFiles(Trouble):
    """The disk that takes the files is full, or cannot be written."""

    code = "upload.no-room"
    sentence = N_("The files could not be stored: {reason}. Nothing was delivered.")
    remedy = N_("Try again later. If it happens again, tell the integration team.")


@dataclass(frozen=True)
class TooLarge:
    """A file that was skipped because of its size."""

    field: str
    name: str
    limit: int


@dataclass
class Taking:
    """Which files a page takes now: their fields with the most bytes of each, and where they go."""

    folder: Path
    limits: Mapping[str, int]
    most: int
    """Bytes of the whole form."""
    others: int = 0
    """The most bytes of files of other fields; 0 where there are none."""
    too_large: list[TooLarge] = field(default_factory=list)
    made: list[OnDisk] = field(default_factory=list)
    """All that was begun, complete or not."""

    def remove_made(self) -> None:
        """Remove what was not kept under another name."""
        for one in self.made:
            one.close()


class OnDisk(UploadedFile):  # type: ignore[type-arg]  # generic in the types only
    """A file that has arrived, under a name of ours that goes when it is closed."""

    def __init__(self, folder: Path, name: str) -> None:
        self.temporary = tempfile.NamedTemporaryFile(dir=folder, prefix=".incoming-")  # noqa: SIM115 - closed with this
        super().__init__(cast("IO[Any]", self.temporary), name)
        self.path = Path(self.temporary.name)

    def close(self) -> None:
        """Remove it, also where the disk has no room for the rest of it."""
        with suppress(OSError):
            self.temporary.close()


class Uploads(FileUploadHandler):
    """Takes what a page has said that it takes, small files elsewhere, and lets all others pass unread."""

    taking: Taking | None = None
    name = ""
    limit = 0
    size = 0
    arriving: OnDisk | None = None

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        """Learn from the request what its page takes."""
        self.taking = getattr(self.request, "taking", None)
        if self.taking is None and getattr(self.request, "visitor", None) is not None:
            self.taking = Taking(folder=Path(tempfile.gettempdir()), limits={}, most=0, others=_SMALL)

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        self.limit = self.taking.limits.get(str(self.field_name), self.taking.others) if self.taking else 0
        if self.taking is None or not self.limit:
            self.request.has_skipped_files = True  # type: ignore[union-attr]  # of ours (web/requests.py)
            raise SkipFile
        self.size = 0
        with self._room():
            self.arriving = OnDisk(self.taking.folder, self.file_name or "")
            self.taking.made.append(self.arriving)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a part of it, up to the limit."""
        assert self.arriving is not None and self.taking is not None  # noqa: S101, PT018 - it was begun
        self.size += len(raw_data)
        if self.size > self.limit:
            self.taking.too_large.append(TooLarge(str(self.field_name), self.arriving.name or "", self.limit))
            self.upload_interrupted()
            raise SkipFile
        with self._room():
            self.arriving.temporary.write(raw_data)

    def file_complete(self, file_size: int) -> OnDisk | None:
        """Return it."""
        if self.arriving is None:
            return None
        with self._room():
            self.arriving.temporary.flush()
            self.arriving.temporary.seek(0)
        self.arriving.size = file_size
        done, self.arriving = self.arriving, None
        return done

    def upload_interrupted(self) -> None:
        """Keep nothing of what was cut."""
        if self.arriving is not None:
            self.arriving.close()
            self.arriving = None

    @contextmanager
    def _room(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.upload_interrupted()
            raise NoRoomForFiles(reason=reason_of(error)) from error


def takes_files(taking: Callable[Concatenate[PageRequest, P], Taking]) -> Callable[[View[P]], View[P]]:
    """Have a view take files with a form; outermost, so that what it takes is known before anything is read.

    Nothing is stored of whoever has not signed in. A view calls ``refuse_cut`` first, and finds what was skipped in
    ``request.taking.too_large``.
    """

    def decorate(view: View[P]) -> View[P]:
        protected = csrf_protect(view)

        @csrf_exempt  # the form is read, and its token, below
        @wraps(view)
        def answer(request: PageRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method == "POST" and request.visitor is not None:
                request.taking = taking(request, *args, **kwargs)
                if _announced(request) > request.taking.most:
                    return _too_large(request, most=request.taking.most)
            try:
                return protected(request, *args, **kwargs)
            except (MultiPartParserError, UnreadablePostError):
                return error_page(request, UploadCut())
            finally:
                if taken := getattr(request, "taking", None):
                    taken.remove_made()  # a form that cannot be read to its end hands them to nobody

        return cast("View[P]", answer)

    return decorate


def refuse_cut(request: HttpRequest) -> None:
    """Raise UploadCut where the end of a form is not there."""
    if LAST not in request.POST:
        raise UploadCut


def _announced(request: HttpRequest) -> int:
    text = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(text) if text.isascii() and text.isdigit() else 0


def _too_large(request: HttpRequest, *, most: int) -> HttpResponse:
    response = error_page(request, UploadTooLarge(most=most >> 20))
    response.status_code = 413
    return response
