"""The encoding of a list, and its content in one that extends ASCII."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from eboxcast.package.errors import ListRefused
from eboxcast.package.lists.source import BLOCK, PADDING, Source

UTF_8, UTF_16, WINDOWS_1252 = "utf-8", "utf-16", "windows-1252"
UTF_16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, kw_only=True)
class Text:
    """The content of a list, padded, from ``begin`` (after a byte order mark) to ``size``."""

    content: bytearray
    begin: int
    size: int
    written_in: str
    """The encoding of the file."""
    encoding: str
    """That of the content: UTF-8 where the file is UTF-16."""

    def blocks(self, begin: int | None = None) -> Iterator[bytes]:
        """Yield the content in pieces."""
        start = self.begin if begin is None else begin
        for at in range(start, self.size, BLOCK):
            yield bytes(self.content[at : min(at + BLOCK, self.size)])


def text_of(source: Source, file: str) -> Text:
    """Find out the encoding, and refuse what is no text."""
    if source.raw.startswith(UTF_16_BOMS):
        return _from_utf_16(source, file)
    begin = len(codecs.BOM_UTF8) if source.raw.startswith(codecs.BOM_UTF8) else 0
    encoding = UTF_8 if _is_utf_8(source) else WINDOWS_1252
    return _text(source.raw, begin, source.size, file=file, written_in=encoding, encoding=encoding)


def text_in_utf_8(content: bytes, *, written_in: str) -> Text:
    """Return the text of a list that another reader made."""
    return Text(
        content=bytearray(content) + bytes(PADDING),
        begin=0,
        size=len(content),
        written_in=written_in,
        encoding=UTF_8,
    )


def to_ascii_based(blocks: Iterable[bytes], file: str) -> tuple[bytes, str, Iterator[bytes]]:
    """Return the byte order mark of a file, its encoding, and its content in an encoding that extends ASCII.

    Raises ListRefused.
    """
    blocks = iter(blocks)
    first = next(blocks, b"")
    mark = next((mark for mark in (*UTF_16_BOMS, codecs.BOM_UTF8) if first.startswith(mark)), b"")
    rest = chain([first[len(mark) :]], blocks)
    if mark not in UTF_16_BOMS:
        return mark, UTF_8, rest
    encoding = UTF_16 + ("-le" if mark == codecs.BOM_UTF16_LE else "-be")
    return mark, encoding, _recoded(rest, encoding, file)


def _recoded(blocks: Iterable[bytes], encoding: str, file: str) -> Iterator[bytes]:
    try:
        for text in codecs.iterdecode(blocks, encoding):
            yield text.encode()
    except UnicodeDecodeError as error:
        raise ListRefused("list.encoding", file=file) from error


def _from_utf_16(source: Source, file: str) -> Text:
    blocks = (bytes(source.raw[at : min(at + BLOCK, source.size)]) for at in range(0, source.size, BLOCK))
    _, _, recoded = to_ascii_based(blocks, file)
    content = bytearray().join(recoded)
    size = len(content)
    content += bytes(PADDING)
    return _text(content, 0, size, file=file, written_in=UTF_16, encoding=UTF_8)


def _text(content: bytearray, begin: int, size: int, *, file: str, written_in: str, encoding: str) -> Text:
    nul = content.find(0, 0, size)
    if nul >= 0:
        raise _no_text(content, size, nul, file)
    if content.find(b"\r") >= 0 and content.find(b"\n") < 0:
        content = content.replace(b"\r", b"\n")
    return Text(content=content, begin=begin, size=size, written_in=written_in, encoding=encoding)


def _is_utf_8(source: Source) -> bool:
    if source.raw.isascii():
        return True
    view = memoryview(source.raw)[: source.size]
    try:
        for _ in codecs.iterdecode((bytes(view[at : at + BLOCK]) for at in range(0, len(view), BLOCK)), UTF_8):
            pass
    except UnicodeDecodeError:
        return False
    return True


def _no_text(content: bytearray, size: int, nul: int, file: str) -> ListRefused:
    """UTF-16 without its mark has a NUL in every other byte of its digits and separators."""
    head = content[: min(size, 512)]
    if max(head[0::2].count(0), head[1::2].count(0)) * 4 > len(head):
        return ListRefused("list.utf-16-without-bom", file=file)
    line = len((content[:nul] + b".").splitlines())
    return ListRefused("list.nul-byte", file=file, line=line)
