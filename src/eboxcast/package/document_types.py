"""What kind of document a file is: by its name, and by its content."""

from __future__ import annotations

import re
from pathlib import PurePath

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
_MARKUP = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(!doctype html|html|\?xml)", re.IGNORECASE)
_CONTENT_OF = {"application/pdf": "PDF", "text/html": "HTML", "text/xml": "XML"}


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
