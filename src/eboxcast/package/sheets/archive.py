"""The ZIP archive that a spreadsheet is: what kind it is of, that it is no bomb, and its parts as streams."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from xml.etree import ElementTree

XLSX, ODS = "xlsx", "ods"
MOST_UNPACKED = 1 << 30
"""Bytes of all parts together. A million rows of a few columns stay well below it."""
_MOST_PARTS = 10_000
_MOST_OUTLINE = 8 << 20
"""The parts that are read as a whole: those that say where the sheets are."""
_BLOCK = 1 << 20
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"
_OFFICE = "xl/"


class NotRead(Exception):
    """The spreadsheet is not read; ``code`` is the end of that of the fault (``list.spreadsheet-…``)."""

    def __init__(self, code: str, **data: str) -> None:
        super().__init__(code)
        self.code = code
        self.data = data


@dataclass(frozen=True)
class Archive:
    """An archive that was looked at: small enough, and of a kind that we read."""

    zip: zipfile.ZipFile
    kind: str

    @classmethod
    def of(cls, content: bytes) -> Archive:
        """Open an archive. Raises NotRead."""
        try:
            opened = zipfile.ZipFile(BytesIO(content))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise NotRead("damaged") from error
        parts = opened.infolist()
        # What a part says of its size is what is read of it at most.
        if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise NotRead("too-big")
        return cls(opened, _kind(opened))

    def whole(self, name: str) -> ElementTree.Element:
        """Return a small part that says where others are. Raises NotRead."""
        text = b"".join(self.blocks(name, most=_MOST_OUTLINE))
        if b"<!DOCTYPE" in text:
            raise NotRead("damaged")
        try:
            return ElementTree.fromstring(text)  # noqa: S314 - without a DTD there are no entities
        except ElementTree.ParseError as error:
            raise NotRead("damaged") from error

    def blocks(self, name: str, *, most: int = MOST_UNPACKED) -> Iterator[bytes]:
        """Yield the content of a part. Raises NotRead."""
        size = 0
        try:
            with self.zip.open(name) as part:
                while block := part.read(_BLOCK):
                    size += len(block)
                    if size > most:
                        raise NotRead("too-big")
                    yield block
        except (KeyError, zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
            raise NotRead("damaged") from error


def _kind(archive: zipfile.ZipFile) -> str:
    names = set(archive.namelist())
    if "mimetype" in names:
        return _open_document(archive)
    if "xl/workbook.bin" in names:
        raise NotRead("format", format=".xlsb")
    if any(name.endswith("vbaProject.bin") for name in names):
        raise NotRead("format", format=".xlsm")
    if not any(name.startswith(_OFFICE) for name in names):
        raise NotRead("none")
    return XLSX


def _open_document(archive: zipfile.ZipFile) -> str:
    opened = Archive(archive, ODS)
    if b"".join(opened.blocks("mimetype", most=1000)).strip() != _OPEN_DOCUMENT:
        raise NotRead("none")
    manifest = b"".join(opened.blocks("META-INF/manifest.xml", most=_MOST_OUTLINE))
    if b"encryption-data" in manifest:
        raise NotRead("encrypted")
    return ODS
