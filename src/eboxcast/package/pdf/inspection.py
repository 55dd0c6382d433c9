"""Look everywhere in a PDF for what a letter must not hold."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, ObjectStreamMode, Pdf, Stream, StreamDecodeLevel

from eboxcast.package.pdf.findings import MOST_PAGES, PdfFindings

# pikepdf reports a file's oddities through its logger, whose last resort is the user's terminal.
logging.getLogger("pikepdf").addHandler(logging.NullHandler())

# Only cross-references and objects are decoded here, never pages: a small file that unpacks to more is an attack.
pikepdf.settings.set_qpdf_limits(flate_max_memory=64 * 1024 * 1024, run_length_max_memory=64 * 1024 * 1024)

_SUSPECT = re.compile(rb"/(?:JavaScript|JS|Launch|EF|EmbeddedFiles?|XFA)\b")
"""The names behind which all that is refused stands. qpdf writes names in one form, so `/J#53` does not hide one."""
_DEEPEST = 100


def inspect_pdf(content: bytes) -> PdfFindings:
    """Open a PDF and look everywhere in it for what a letter to citizens must not hold."""
    try:
        # Recovery would guess the rest of a truncated file, and the recipient's program may guess otherwise.
        with pikepdf.open(BytesIO(content), suppress_warnings=True, attempt_recovery=False) as pdf:
            return _inspect(pdf)
    except pikepdf.PasswordError:
        return PdfFindings(("encrypted",), None)
    except (pikepdf.PdfError, pikepdf.DataDecodingError, RuntimeError, ValueError, TypeError, KeyError):
        return PdfFindings(("damaged",), None)


def _inspect(pdf: Pdf) -> PdfFindings:
    if pdf.is_encrypted:
        return PdfFindings(("encrypted",), None)
    pages = len(pdf.pages)
    if pages > MOST_PAGES:
        return PdfFindings(("too-many-pages",), pages)
    found = set() if pages else {"no-pages"}
    plain = _plain(pdf)
    if pdf.get_warnings():
        # qpdf left something out that another program may find.
        return PdfFindings(("damaged",), None)
    if _SUSPECT.search(plain):
        # The name may only stand in a text or an image: look at the objects one by one.
        with pikepdf.open(BytesIO(plain), suppress_warnings=True) as again:
            found.update(fault for thing in again.objects for fault in _faults_in(thing))
    return PdfFindings(tuple(sorted(found)), pages)


def _plain(pdf: Pdf) -> bytes:
    """Return all objects a reader can reach, none of them compressed and no name disguised."""
    out = BytesIO()
    pdf.save(
        out,
        object_stream_mode=ObjectStreamMode.disable,
        stream_decode_level=StreamDecodeLevel.none,
        compress_streams=False,
        fix_metadata_version=False,
    )
    return out.getvalue()


def _faults_in(thing: Object) -> Iterator[str]:
    direct = thing.stream_dict if isinstance(thing, Stream) else thing
    if _SUSPECT.search(direct.unparse(resolved=True)):
        yield from _walk(direct, depth=0)


def _walk(thing: Object, *, depth: int) -> Iterator[str]:
    """Look into one object, but not into those it refers to: they have their own turn."""
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    if isinstance(thing, Dictionary):
        yield from _faults_of(thing)
        parts: list[Object] = [thing[key] for key in thing.keys()]  # noqa: SIM118 - a pikepdf object, not a dict
    elif isinstance(thing, Array):
        parts = list(thing)
    else:
        return
    for part in parts:
        if isinstance(part, Object) and not part.is_indirect:
            yield from _walk(part, depth=depth + 1)


def _faults_of(thing: Dictionary) -> Iterator[str]:
    action = thing.get("/S")
    if action == Name.JavaScript or ("/JS" in thing and action is not None):
        yield "javascript"
    if action == Name.Launch:
        yield "launch"
    if "/EF" in thing or "/EmbeddedFiles" in thing or thing.get("/Type") == Name.EmbeddedFile:
        yield "embedded-file"
    if "/XFA" in thing:
        yield "dynamic-form"
