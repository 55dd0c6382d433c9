"""The rejected rows of a list, given back as the sender wrote them, with the line and what is wrong."""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from eboxcast.lib.csv_cells import harmless
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, translate
from eboxcast.package.combining import DUPLICATE
from eboxcast.package.errors import ListChanged
from eboxcast.package.faults import Fault, sentence_of
from eboxcast.package.lists.beginning import Beginning, begin, source_of
from eboxcast.package.lists.encoding import UTF_16
from eboxcast.package.lists.reading import doubtful_rows
from eboxcast.package.lists.rows import cells_of
from eboxcast.package.model import Choice, EboxType, Limits

_LINE = N_("Line")
_ROW = N_("Row")
_FAULT = N_("Fault")
_DEFAULT_LIMITS = Limits()
_FOUND = Choice()


def rejected_rows(
    path: Path,
    *,
    account_digest: bytes,
    ebox_type: EboxType,
    language: str,
    limits: Limits = _DEFAULT_LIMITS,
    choice: Choice = _FOUND,
    duplicates: Iterable[Fault] = (),
) -> Iterator[bytes]:
    """Yield the header and all faulty rows of a list, in its own columns, separator and encoding, plus line and fault.

    Where duplicates block, give their faults too; other faults among them are left out. The sender's own values come
    back byte for byte, but for an apostrophe before a formula; those of a spreadsheet as a CSV. Raises ListChanged when
    the file is not the one with the digest, and ListRefused when it cannot be read at all, before the first row.
    """
    source = source_of(path, limit=limits.rows_per_list)
    if source.digest.result() != account_digest:
        raise ListChanged(file=path.name)
    begun = begin(source, path, ebox_type, limit=limits.rows_per_list, choice=choice)
    # People open what comes of a spreadsheet in a spreadsheet again, and it needs the mark.
    mark = codecs.BOM_UTF8 if begun.sheet else bytes(source.raw[:3])
    repeated = {
        fault.line: fault
        for fault in duplicates
        if fault.code == DUPLICATE and fault.file == path.name and fault.line is not None
    }
    output = _Output(begun=begun, mark=mark, language=language)
    return output.encoded(_rows(begun, output, repeated))


def rows_as_sent(
    path: Path,
    lines: Collection[int],
    *,
    ebox_type: EboxType,
    limits: Limits = _DEFAULT_LIMITS,
    choice: Choice = _FOUND,
) -> dict[int, str]:
    """Return some rows of a list as they were sent, by their line, to be shown: only the identifier's first digits.

    Raises ListRefused.
    """
    begun = begin(
        source_of(path, limit=limits.rows_per_list), path, ebox_type, limit=limits.rows_per_list, choice=choice
    )
    found: dict[int, str] = {}
    for line, row in doubtful_rows(begun, also=lines):
        if line in lines:
            found[line] = _shown(row, begun)
            if len(found) == len(lines):
                break
    return found


_DIGITS_SHOWN = 4
_LONGEST_SHOWN = 200


def _shown(row: bytes, begun: Beginning) -> str:
    """Return a row with what may be a number masked, however it is written: a wrong one is nearly the right one."""
    separator, index = begun.judge.separator, begun.judge.index
    cells = [cell.decode(begun.text.encoding, "replace").strip() for cell in cells_of(row, separator)]
    if index < len(cells):
        shown, hidden = cells[index][:_DIGITS_SHOWN], cells[index][_DIGITS_SHOWN:]
        cells[index] = shown + re.sub(r"\d", "*", hidden)
    text = f"{separator.decode()} ".join(cells)
    return mask_and_strip(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…")


def _rows(begun: Beginning, output: _Output, repeated: dict[int, Fault]) -> Iterator[bytes]:
    if begun.judge.column is not None:
        yield output.header()
    for line, row in doubtful_rows(begun, also=repeated.keys()):
        if line in repeated:
            yield output.row(row, repeated[line])
            continue
        judgement = begun.judge.judge(row)
        if judgement is not None and not isinstance(judgement, int):
            yield output.row(row, begun.judge.fault(judgement, line))


@dataclass(frozen=True, kw_only=True)
class _Output:
    """How the rows are written: as the list itself."""

    begun: Beginning
    mark: bytes
    language: str

    def header(self) -> bytes:
        """Return what stands before the first row, with two more headings."""
        before = harmless(bytes(self.begun.text.content[self.begun.text.begin : self.begun.offset]))
        return self._longer(
            before, translate(_ROW if self.begun.sheet else _LINE, self.language), translate(_FAULT, self.language)
        )

    def row(self, row: bytes, fault: Fault) -> bytes:
        """Return a row with its line and its fault, in the columns behind those of the header."""
        separator = self.begun.judge.separator
        missing = len(self.begun.sample.rows[0]) - len(cells_of(row, separator))
        text = row.rstrip(b"\r\n")
        padded = harmless(text) + separator * max(0, missing) + row[len(text) :]
        return self._longer(padded, str(fault.line), _quoted(sentence_of(fault, self.language)))

    def encoded(self, rows: Iterator[bytes]) -> Iterator[bytes]:
        """Yield rows in the encoding of the list, after its byte order mark."""
        if self.begun.text.written_in != UTF_16:
            yield codecs.BOM_UTF8 if self.mark == codecs.BOM_UTF8 else b""
            yield from rows
            return
        little = self.mark.startswith(codecs.BOM_UTF16_LE)
        yield codecs.BOM_UTF16_LE if little else codecs.BOM_UTF16_BE
        for row in rows:
            yield row.decode().encode("utf-16-le" if little else "utf-16-be")

    def _longer(self, row: bytes, *cells: str) -> bytes:
        separator = self.begun.judge.separator
        text = row.rstrip(b"\r\n")
        more = [cell.encode(self.begun.text.encoding, "replace") for cell in cells]
        return separator.join((text, *more)) + (row[len(text) :] or b"\r\n")


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
