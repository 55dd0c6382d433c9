"""Check the document by its name and content: does it open, is it what it says, does it hold only what a letter may."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path, PurePath

from eboxcast.lib.digests import digest
from eboxcast.package.faults import Fault
from eboxcast.package.model import Document, Limits
from eboxcast.package.pdf.findings import MOST_MEMORY, MOST_PAGES, MOST_SECONDS, PdfFindings, findings_of
from eboxcast.package.reading import Unread, read_once

MOST_NAME_CHARACTERS = 80
_UNSAFE_SIGNS = set('/\\:*?"<>|')
_RESERVED_NAMES = {"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10))}
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".txt": "text/plain",
    ".zip": "application/zip",
    ".csv": "text/csv",
    ".html": "text/html",
    ".htm": "text/html",
    ".xml": "text/xml",
    ".odt": _OPEN_DOCUMENT + "text",
    ".ods": _OPEN_DOCUMENT + "spreadsheet",
    ".odp": _OPEN_DOCUMENT + "presentation",
    ".odg": _OPEN_DOCUMENT + "graphics",
    ".xls": "application/vnd.ms-excel",
    ".xlsx": _OFFICE + "spreadsheetml.sheet",
    ".ppt": "application/vnd.ms-powerpoint",
    ".doc": "application/msword",
    ".docx": _OFFICE + "wordprocessingml.document",
}
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"PK\x03\x04", "ZIP"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "OLE"),
    (b"{\\rtf", "RTF"),
    (b"%!PS", "PostScript"),
    (b"MZ", "EXE"),
    (b"\x7fELF", "ELF"),
)
_PDF_HEADER_WITHIN = 1024
"""Readers accept a PDF whose header stands anywhere in the first 1024 bytes."""
_MARKUP = re.compile(rb"(?:\s*\xef\xbb\xbf)?\s*<(!doctype html|html|\?xml)", re.IGNORECASE)
_CONTENT_OF = {"application/pdf": "PDF", "text/html": "HTML", "text/xml": "XML"}


def check_document(
    path: Path, *, file_name: str, media_type: str | None, limits: Limits
) -> tuple[Document | None, list[Fault]]:
    """Return the document when it is good, and all its faults; ``media_type`` is what the metadata says, if it does."""
    content = read_once(path, most=limits.document_bytes)
    shown = path.name
    faults = list(_faults_of_name(file_name, shown))
    if isinstance(content, Unread):
        return None, [*faults, Fault(code=f"document.{content.why}", file=shown, data=content.data)]
    by_name = media_type_of_name(file_name)
    kind = media_type or by_name
    if kind is None:
        return None, [*faults, Fault(code="document.type-unknown", file=shown)]
    if by_name != kind:
        extension = PurePath(file_name).suffix or file_name
        faults.append(Fault(code="document.extension", file=shown, data={"media_type": kind, "extension": extension}))
    found, page_count = _faults_of_content(content, kind, limits=limits, file=shown)
    faults.extend(found)
    if faults:
        return None, faults
    return _document(path, content, file_name=file_name, media_type=kind, page_count=page_count), []


def is_safe_name(file_name: str) -> bool:
    """Tell whether a name can be saved on any computer, and shows as what it is."""
    hidden = any(unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for sign in file_name)
    return not (
        hidden
        or _UNSAFE_SIGNS & set(file_name)
        or file_name.startswith((".", " "))
        or file_name.endswith((".", " "))
        or file_name.partition(".")[0].upper() in _RESERVED_NAMES
    )


def media_type_of_name(file_name: str) -> str | None:
    """Return the media type that the extension stands for."""
    return MEDIA_TYPES.get(PurePath(file_name).suffix.lower())


def format_of(content: bytes) -> str | None:
    """Return the name of the format that the first bytes show, None for text and what is not known."""
    for signature, name in _SIGNATURES:
        if content.startswith(signature):
            return name
    if b"%PDF-" in content[:_PDF_HEADER_WITHIN]:
        return "PDF"
    markup = _MARKUP.match(content)
    if markup:
        return "XML" if markup.group(1).lower() == b"?xml" else "HTML"
    return None


def expected_format(media_type: str) -> str | None:
    """Return the format a media type needs, None for plain text and CSV, which have no signature."""
    if media_type in _CONTENT_OF:
        return _CONTENT_OF[media_type]
    if media_type.startswith("text/"):
        return None
    return "ZIP" if media_type.startswith(("application/zip", _OPEN_DOCUMENT, _OFFICE)) else "OLE"


def _document(path: Path, content: bytes, *, file_name: str, media_type: str, page_count: int | None) -> Document:
    return Document(
        path=path,
        file_name=file_name,
        media_type=media_type,
        size=len(content),
        digest=digest(content),
        page_count=page_count,
    )


def _faults_of_name(file_name: str, file: str) -> Iterator[Fault]:
    if len(file_name) > MOST_NAME_CHARACTERS:
        data = {"found": len(file_name), "most": MOST_NAME_CHARACTERS}
        yield Fault(code="document.file-name-too-long", file=file, data=data)
    if not is_safe_name(file_name):
        yield Fault(code="document.file-name-unsafe", file=file)


def _faults_of_content(content: bytes, kind: str, *, limits: Limits, file: str) -> tuple[list[Fault], int | None]:
    if kind not in limits.media_types:
        data = {"media_type": kind, "allowed": ", ".join(sorted(limits.media_types))}
        return [Fault(code="document.type-not-allowed", file=file, data=data)], None
    expected, found = expected_format(kind), format_of(content)
    if expected is None:
        return _faults_of_text(content, found, file), None
    if found != expected:
        code = "document.content" if found else "document.content-unknown"
        return [Fault(code=code, file=file, data={"expected": expected, "found": found or ""})], None
    if expected != "PDF":
        return [], None
    findings = findings_of(content)
    return list(_faults_of_pdf(findings, file)), findings.page_count


def _faults_of_pdf(findings: PdfFindings, file: str) -> Iterator[Fault]:
    data = {
        "too-much": {"seconds": MOST_SECONDS, "memory": MOST_MEMORY >> 20},
        "too-many-pages": {"pages": findings.page_count or 0, "limit": MOST_PAGES},
    }
    for why in findings.faults:
        yield Fault(code=f"document.{why}", file=file, data=data.get(why, {}))


def _faults_of_text(content: bytes, found: str | None, file: str) -> list[Fault]:
    if found not in {None, "XML", "HTML"}:
        return [Fault(code="document.content", file=file, data={"expected": "text", "found": found or ""})]
    if b"\0" in content:
        return [Fault(code="document.nul-byte", file=file)]
    return [] if _is_text(content) else [Fault(code="document.text-encoding", file=file)]


def _is_text(content: bytes) -> bool:
    for encoding in ("utf-8", "cp1252"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
