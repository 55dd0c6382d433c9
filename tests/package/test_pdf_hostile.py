"""PDFs that would take all memory or time: another process reads them, and its end is the answer."""

from __future__ import annotations

import os
import resource
import subprocess
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import monotonic

import pytest
from tests.package.test_document import LETTER

from eboxcast.package.apart import Failed, TooMuch, read_apart
from eboxcast.package.checking import check_package
from eboxcast.package.document import check_document
from eboxcast.package.faults import Fault, remedy_of, sentence_of
from eboxcast.package.model import Limits
from eboxcast.package.pdf.findings import MOST_PAGES, findings_of

ROOT = b"<< /Type /Catalog /Pages 2 0 R >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"


@dataclass(frozen=True, kw_only=True)
class Packed:
    """A compressed stream of objects, all alike, followed by that much nothing."""

    count: int
    what: bytes
    blank: int = 0

    def text(self, first: int) -> bytes:
        """Return the stream; the first of its objects has this number."""
        index = b"".join(b"%d %d " % (first + one, one * (len(self.what) + 1)) for one in range(self.count))
        packed = deflated(index + (self.what + b" ") * self.count, self.blank)
        about = b"/Type /ObjStm /N %d /First %d /Filter /FlateDecode" % (self.count, len(index))
        return b"<< %b /Length %d >>\nstream\n%b\nendstream" % (about, len(packed), packed)


def deflated(content: bytes, blank: int) -> bytes:
    """Compress a content and that much nothing behind it, which is the same each time."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    begun = packer.compress(content) + packer.flush(zlib.Z_FULL_FLUSH)
    nothing, packed = nothing_deflated(blank)
    return b"\x78\x9c" + begun + packed + zlib.adler32(nothing, zlib.adler32(content)).to_bytes(4, "big")


@cache
def nothing_deflated(size: int) -> tuple[bytes, bytes]:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return b" " * size, packer.compress(b" " * size) + packer.flush()


def pdf_of(*parts: bytes, streams: Sequence[Packed] = ()) -> bytes:
    """Return a PDF of these objects, and of those in streams."""
    content, entries, packed = bytearray(b"%PDF-1.5\n"), [bytes(7)], list[bytes]()
    first = len(parts) + len(streams) + 1
    texts = list(parts)
    for number, stream in enumerate(streams, start=len(parts) + 1):
        texts.append(stream.text(first + len(packed)))
        packed.extend(entry(2, number, index) for index in range(stream.count))
    for number, text in enumerate(texts, start=1):
        entries.append(entry(1, len(content)))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, text)
    number, start = first + len(packed), len(content)
    table = zlib.compress(b"".join([*entries, *packed, entry(1, start)]))
    about = b"/Type /XRef /Size %d /W [1 4 2] /Root 1 0 R /Filter /FlateDecode" % (number + 1)
    content += b"%d 0 obj\n<< %b /Length %d >>\nstream\n%b\nendstream\nendobj\n" % (number, about, len(table), table)
    return bytes(content) + b"startxref\n%d\n%%%%EOF\n" % start


def entry(kind: int, where: int, index: int = 0) -> bytes:
    return kind.to_bytes(1, "big") + where.to_bytes(4, "big") + index.to_bytes(2, "big")


def fault_of(tmp_path: Path, content: bytes) -> Fault:
    path = tmp_path / "letter.pdf"
    path.write_bytes(content)
    document, (fault,) = check_document(path, file_name=path.name, media_type=None, limits=Limits())
    assert document is None
    assert remedy_of(fault, "en")
    return fault


def test_a_letter_is_read_by_another_process_once() -> None:
    """What it found is remembered by the digest of the letter: nothing else can be taken for it."""
    letter = LETTER + b"% read once\n"
    begun = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    findings = findings_of(letter)
    read = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    assert (findings.faults, findings.page_count) == ((), 1)
    assert read > begun
    assert findings_of(letter) == findings
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime == read
    assert findings_of(letter.replace(b"read once", b"read more")).page_count == 1
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime > read


def test_too_many_pages_are_told_with_their_number(tmp_path: Path) -> None:
    kids = b" ".join(b"%d 0 R" % (3 + number) for number in range(MOST_PAGES + 1))
    pages = b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, MOST_PAGES + 1)
    fault = fault_of(tmp_path, pdf_of(ROOT, pages, *[PAGE] * (MOST_PAGES + 1)))
    assert sentence_of(fault, "en") == "The PDF has 2001 pages; at most 2000 are allowed."


def test_a_page_tree_that_leads_back_to_itself_is_damaged(tmp_path: Path) -> None:
    loop = b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"
    assert fault_of(tmp_path, pdf_of(ROOT, loop, PAGE)).code == "document.damaged"


@pytest.mark.parametrize("opening", [b"[", b"<< /A "])
def test_a_million_brackets_are_damaged_and_break_nothing(tmp_path: Path, opening: bytes) -> None:
    assert fault_of(tmp_path, pdf_of(ROOT, PAGES, PAGE, opening * 1_000_000)).code == "document.damaged"


def million_objects() -> bytes:
    return pdf_of(ROOT, PAGES, PAGE, streams=[Packed(count=50_000, what=b"<</A[0 1 2 3]>>")] * 20)


def test_a_million_objects_are_too_much_and_take_nothing_from_us(tmp_path: Path) -> None:
    content = million_objects()
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, monotonic()
    fault = fault_of(tmp_path, content)
    assert sentence_of(fault, "en") == "The PDF cannot be read within 20 seconds and 1024 MB of memory."
    assert monotonic() - started < 60
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


@pytest.mark.faults
def test_what_unpacks_for_minutes_is_ended() -> None:
    slow = pdf_of(ROOT, PAGES, PAGE, streams=[Packed(count=1, what=b"<<>>", blank=60 << 20)] * 150)
    started = monotonic()
    assert findings_of(slow).faults == ("too-much",)
    assert monotonic() - started < 65


def test_the_end_of_a_program_is_an_answer() -> None:
    assert read_apart("json.tool", b"[]", seconds=60) == b"[]\n"
    with pytest.raises(Failed):
        read_apart("json.tool", b"[", seconds=60)
    with pytest.raises(TooMuch):
        read_apart("http.server", b"", seconds=0.2)  # it would never end


def test_no_program_is_left_behind(tmp_path: Path) -> None:
    check_package(tmp_path)
    fault_of(tmp_path, LETTER[:500])
    ours = ("ps", "-o", "args=", "--ppid", str(os.getpid()))
    listed = subprocess.run(ours, capture_output=True, text=True, check=True).stdout
    assert "ps -o args=" in listed
    assert "eboxcast.package.pdf.program" not in listed
