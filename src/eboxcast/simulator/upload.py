"""A publication as it arrives: its parts in any order, each hashed while it is received."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterable
from urllib.parse import unquote

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from eboxcast.simulator.errors import ContractRefusal, invalid_input

MOST_FILES = 6
LARGEST_UPLOAD = 100 * 1024 * 1024
MESSAGE_PART = "messageToPublish"


class Part:
    """One part of a publication."""

    __slots__ = ("_hash", "content", "file_name", "media_type", "name")

    def __init__(self, *, name: str, file_name: str | None, media_type: str | None) -> None:
        self.name = name
        self.file_name = file_name
        self.media_type = media_type
        self.content = bytearray()
        self._hash = hashlib.sha256()

    def add(self, data: bytes) -> None:
        """Take what has arrived."""
        self._hash.update(data)
        self.content += data

    @property
    def digest(self) -> bytes:
        """Return the SHA-256 of what has arrived."""
        return self._hash.digest()


async def read_upload(content_type: str, chunks: AsyncIterable[bytes]) -> tuple[Part | None, list[Part]]:
    """Return the JSON part, where there is one, and the file parts of a publication."""
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise invalid_input("Content-Type multipart/form-data with a boundary is expected")
    reader = _Reader(boundary)
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > LARGEST_UPLOAD:
            raise ContractRefusal(413, "INVALID_INPUT", f"More than {LARGEST_UPLOAD} bytes")
        reader.write(chunk)
    return reader.parts()


class _Reader:
    def __init__(self, boundary: bytes) -> None:
        self._parts: list[Part] = []
        self._headers: dict[bytes, bytes] = {}
        self._header = bytearray()
        self._value = bytearray()
        self._ended = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._headers.clear,
                "on_header_field": self._more_header,
                "on_header_value": self._more_value,
                "on_header_end": self._header_ended,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._more_data,
                "on_end": self._all_ended,
            },
        )

    def write(self, chunk: bytes) -> None:
        try:
            self._parser.write(chunk)
        except FormParserError:
            raise invalid_input("The multipart body is not well-formed") from None

    def parts(self) -> tuple[Part | None, list[Part]]:
        if not self._ended:
            raise invalid_input("The multipart body is not complete")
        message = next((part for part in self._parts if part.name == MESSAGE_PART), None)
        return message, [part for part in self._parts if part is not message]

    def _more_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _more_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_ended(self) -> None:
        self._headers[bytes(self._header).lower()] = bytes(self._value)
        self._header.clear()
        self._value.clear()

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition"))
        media_type, _ = parse_options_header(self._headers.get(b"content-type"))
        file_name = options.get(b"filename")
        self._parts.append(
            Part(
                name=options.get(b"name", b"").decode("latin-1"),
                file_name=None if file_name is None else _file_name(file_name),
                media_type=media_type.decode("latin-1") or None,
            )
        )
        if len(self._parts) > MOST_FILES + 1:
            raise invalid_input("Json Attachments number is inconsistent with number of parts")

    def _more_data(self, data: bytes, start: int, end: int) -> None:
        self._parts[-1].add(data[start:end])

    def _all_ended(self) -> None:
        self._ended = True


def _file_name(raw: bytes) -> str:
    """Return a file name: outside ISO-8859-1 it comes URI-encoded, and many clients send UTF-8."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return unquote(text)
