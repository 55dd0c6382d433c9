"""How a list is written: its separator, its header, and the column with the identifiers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from eboxcast.lib.identifiers import read_cbe, read_niss
from eboxcast.package.errors import ListRefused
from eboxcast.package.lists.rows import cells_of, is_blank, rows_of
from eboxcast.package.model import EboxType

_SEPARATORS = (b";", b",", b"\t")
_SAMPLE_ROWS = 20
_DECLARATION = re.compile(rb'"?sep=([;,\t])"?\s*', re.IGNORECASE)
"""What some spreadsheets write as the first line."""
_LIKE_A_NUMBER = re.compile(r"'?[0-9OolI][0-9OolI .,/+E-]{4,}", re.IGNORECASE)
_LONGEST_SHOWN = 200


class Heading(Enum):
    """Whose identifiers a column says it has."""

    CITIZEN = EboxType.CITIZEN
    ENTERPRISE = EboxType.ENTERPRISE
    EITHER = None


_NAMES = {
    Heading.CITIZEN: """niss insz inss ssin rrn rn nn nrn rijksregister rijksregisternummer
        rijksregisternr nationaalnummer nationalnummer nationalregisternummer nationalregisternumber nationalnumber
        numeronational nnational nonational registrenational numeroderegistrenational numeroregistrenational numeroniss
        nniss noniss nissnumero insznummer insznr nissnummer nissnr inssnumber ssinnumber socialsecuritynumber
        identificatienummervandesocialezekerheid identificatienummersocialezekerheid
        numerodidentificationdelasecuritesociale numerodidentificationsecuritesociale
        erkennungsnummerdersozialensicherheit enss""",
    Heading.ENTERPRISE: """cbe kbo bce zdu cbenumber cbenumero kbonummer kbonr numerobce nbce nobce bcenumero zdunummer
        ondernemingsnummer ondernemingsnr numerodentreprise nentreprise nodentreprise enterprisenumber
        companynumber unternehmensnummer""",
    Heading.EITHER: """nummer numero number identifier identifiant identificatie identificatienummer identifikation
        eboxid eboxidvalue""",
}
_HEADINGS = {name: heading for heading, names in _NAMES.items() for name in names.split()}


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How one list is written. ``offset`` and ``line`` are where its first row of data begins."""

    separator: bytes
    index: int
    column: str | None
    offset: int
    line: int


@dataclass(frozen=True, kw_only=True)
class Writing:
    """What is known of a list before its dialect."""

    file: str
    encoding: str
    today: date
    sheet: str | None = None
    """The sheet, where the list is a spreadsheet."""
    wanted: str | None = None
    """The column that the sender chose."""

    def name_of(self, index: int) -> str:
        """Return how people call a column that has no heading."""
        return letters_of(index) if self.sheet is not None else str(index + 1)

    def is_good(self, cell: str, ebox_type: EboxType) -> bool:
        """Tell whether a cell holds a good identifier of a kind."""
        read = read_niss if ebox_type is EboxType.CITIZEN else read_cbe
        return isinstance(read(cell, today=self.today), int)

    def is_good_of_any(self, cell: str) -> bool:
        """Tell whether a cell holds a good identifier."""
        return any(self.is_good(cell, kind) for kind in EboxType)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The first rows that are not blank, cut by one separator; where the first and second begin (offset, line)."""

    separator: bytes
    rows: Sequence[Sequence[str]]
    begin: tuple[int, int]
    second: tuple[int, int]

    @property
    def headings(self) -> list[Heading | None]:
        """Whose identifiers the cells of the first row announce."""
        return [heading_of(cell) for cell in self.rows[0]]

    @property
    def has_header(self) -> bool:
        """Whether the first row names columns: it does so, or at least holds nothing like a number."""
        return any(self.headings) or not any(map(_LIKE_A_NUMBER.fullmatch, self.rows[0]))

    def counts(self, test: Callable[[str], bool]) -> list[int]:
        """Return for each column how many of its cells pass a test."""
        width = max(map(len, self.rows))
        return [sum(test(row[index]) for row in self.rows if index < len(row)) for index in range(width)]


def sample_of(
    blocks: Callable[[], Iterable[bytes]], writing: Writing, separators: Sequence[bytes] = _SEPARATORS
) -> Sample:
    """Return the first rows cut by the likeliest separator, or refuse the list. ``blocks`` starts it over."""
    samples = [_sample(blocks(), separator, writing) for separator in separators]
    found = [sample for sample in samples if sample]
    if not found:
        raise _nothing_in(blocks(), writing)
    return max(found, key=lambda each: _likeliness(each, writing))


def dialect_of(sample: Sample, writing: Writing, ebox_type: EboxType) -> Dialect:
    """Find the identifier column. Raises ListRefused."""
    if writing.wanted is not None:
        return _chosen(sample, writing, writing.wanted)
    if any(sample.headings):
        return _with_header(sample, writing, ebox_type)
    if sample.has_header:
        raise ListRefused(
            "list.no-identifier-column",
            file=writing.file,
            line=sample.begin[1],
            sheet=writing.sheet,
            columns=_shown(sample.rows[0]),
        )
    return _without_header(sample, writing, ebox_type)


def letters_of(index: int) -> str:
    """Return the letters of a column of a spreadsheet: A for the first, AA for the 27th."""
    before, letter = divmod(index, 26)
    return (letters_of(before - 1) if before else "") + chr(ord("A") + letter)


def heading_of(cell: str) -> Heading | None:
    """Return whose identifiers a heading announces, in any case and with any accents; None for any other text."""
    plain = unicodedata.normalize("NFKD", cell).casefold()
    return _HEADINGS.get(re.sub(r"[^a-z]", "", plain)) if not re.search(r"[0-9]", plain) else None


def _sample(blocks: Iterable[bytes], separator: bytes, writing: Writing) -> Sample | None:
    rows: list[list[str]] = []
    offset, begin, second = 0, (0, 0), (0, 0)
    for line, row in _as_far_as_readable(blocks, separator, writing):
        declared = None if rows else _DECLARATION.fullmatch(row)
        if declared and declared.group(1) != separator:
            return None
        if not declared and not is_blank(row):
            if not rows:
                begin, second = (offset, line), (offset + len(row), line + len(row.splitlines()))
            rows.append([cell.decode(writing.encoding, "replace").strip() for cell in cells_of(row, separator)])
        offset += len(row)
        if len(rows) == _SAMPLE_ROWS:
            break
    return Sample(separator=separator, rows=rows, begin=begin, second=second) if rows else None


def _as_far_as_readable(blocks: Iterable[bytes], separator: bytes, writing: Writing) -> Iterable[tuple[int, bytes]]:
    try:
        yield from rows_of(blocks, separator=separator, file=writing.file)
    except ListRefused:
        return  # Reading the rows themselves will say it.


def _likeliness(sample: Sample, writing: Writing) -> tuple[bool, int, int]:
    """Return how likely a separator is: it makes a heading appear, it frees identifiers, it makes columns."""
    return any(sample.headings), max(sample.counts(writing.is_good_of_any)), len(sample.rows[0])


def _chosen(sample: Sample, writing: Writing, wanted: str) -> Dialect:
    """Return the column that the sender chose by its heading, or by its letters or its number."""
    names = sample.rows[0]
    columns = [index for index, name in enumerate(names) if name.casefold() == wanted.strip().casefold()]
    if len(columns) > 1:
        raise _two_columns([names[index] for index in columns], writing)
    if columns:
        return _dialect(sample, columns[0], names[columns[0]])
    for index in range(max(map(len, sample.rows))):
        if writing.name_of(index) == wanted.strip().upper():
            return _dialect(sample, index, names[index] if sample.has_header and index < len(names) else None)
    raise ListRefused(
        "list.no-such-column",
        file=writing.file,
        line=sample.begin[1],
        sheet=writing.sheet,
        wanted=_shown([wanted]),
        columns=_shown(names),
    )


def _with_header(sample: Sample, writing: Writing, ebox_type: EboxType) -> Dialect:
    headings, names = sample.headings, sample.rows[0]
    for wanted in (Heading(ebox_type), Heading.EITHER):
        columns = [index for index, heading in enumerate(headings) if heading is wanted]
        if len(columns) > 1:
            raise _two_columns([names[index] for index in columns], writing)
        if columns:
            return _dialect(sample, columns[0], names[columns[0]])
    other = next(name for name, heading in zip(names, headings, strict=True) if heading)
    raise ListRefused(
        "list.wrong-kind",
        file=writing.file,
        line=sample.begin[1],
        sheet=writing.sheet,
        column=other,
        ebox_type=ebox_type.value,
    )


def _without_header(sample: Sample, writing: Writing, ebox_type: EboxType) -> Dialect:
    good = sample.counts(lambda cell: writing.is_good(cell, ebox_type))
    rivals = [writing.name_of(index) for index, count in enumerate(good) if count and count * 2 > max(good)]
    if len(rivals) > 1:
        raise _two_columns(rivals, writing)
    other = next(kind for kind in EboxType if kind is not ebox_type)
    for counts in (
        good,
        sample.counts(lambda cell: writing.is_good(cell, other)),
        sample.counts(lambda cell: bool(_LIKE_A_NUMBER.fullmatch(cell))),
    ):
        if max(counts):
            break
    return _dialect(sample, counts.index(max(counts)), None)


def _dialect(sample: Sample, index: int, column: str | None) -> Dialect:
    offset, line = sample.begin if column is None else sample.second
    return Dialect(separator=sample.separator, index=index, column=column, offset=offset, line=line)


def _two_columns(names: Sequence[str], writing: Writing) -> ListRefused:
    return ListRefused("list.two-identifier-columns", file=writing.file, sheet=writing.sheet, columns=_shown(names))


def _shown(cells: Sequence[str]) -> str:
    """Return the cells of a first line without their digits: some could be a national number."""
    return re.sub("[0-9]{3,}", "***", ", ".join(cells))[:_LONGEST_SHOWN]


def _nothing_in(blocks: Iterable[bytes], writing: Writing) -> ListRefused:
    for _ in rows_of(blocks, separator=_SEPARATORS[0], file=writing.file):
        pass
    return ListRefused("list.empty", file=writing.file)
