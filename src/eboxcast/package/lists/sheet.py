"""Which sheet of a spreadsheet is the recipient list, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eboxcast.lib.buckets import Keys
from eboxcast.lib.identifiers import masked
from eboxcast.package.errors import ListRefused
from eboxcast.package.lists.dialect import Heading, Sample, Writing, letters_of, sample_of
from eboxcast.package.lists.encoding import Text, text_in_utf_8
from eboxcast.package.lists.rows import is_blank
from eboxcast.package.lists.source import BLOCK, Source
from eboxcast.package.model import Choice, EboxType, SheetAccount
from eboxcast.package.sheets.workbook import NAMES, SEPARATOR, Sheet, Workbook, is_spreadsheet, open_workbook

_SHOWN = 3
_LONGEST_SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class ChosenSheet:
    """The sheet that is read, of which spreadsheet."""

    sheet: Sheet
    workbook: Workbook

    def text(self) -> Text:
        """Return its rows as the text of a list."""
        return text_in_utf_8(self.sheet.content, written_in=self.workbook.kind)

    def sample(self, writing: Writing) -> Sample:
        """Return its first rows, or refuse it."""
        return _sample_of(self.sheet, writing)

    def account(self, *, index: int, first_row: int, keys: Keys) -> SheetAccount:
        """Tell what was read, in which column and from which row on."""
        sheet, workbook = self.sheet, self.workbook
        return SheetAccount(
            name=sheet.name,
            column=letters_of(index),
            first_row=first_row,
            first_values=tuple(masked(key) for key in keys[:_SHOWN].tolist()),
            hidden_rows=sum(row >= first_row for row in sheet.hidden_rows),
            hidden_columns=tuple(letters_of(column - 1) for column in sheet.hidden_columns),
            is_filtered=sheet.is_filtered,
            has_formulas=sheet.has_formulas,
            merged=sheet.merged,
            other_sheets=tuple(name for name in workbook.visible if name != sheet.name),
            hidden_sheets=tuple(name for name in workbook.hidden if name != sheet.name),
        )


def is_spreadsheet_list(source: Source, path: Path) -> bool:
    """Tell whether a list is a spreadsheet, or says it is: by its content or by its name."""
    return is_spreadsheet(bytes(source.raw[:8])) or path.suffix.lower() in NAMES


def choose_sheet(
    source: Source, path: Path, ebox_type: EboxType | None, *, choice: Choice, writing: Writing
) -> ChosenSheet:
    """Find the sheet with the recipients: the one that was chosen, or the only one that may be it.

    Raises ListRefused.
    """
    workbook = open_workbook(memoryview(source.raw)[: source.size], path, sheet=choice.sheet)
    if choice.sheet is not None and not workbook.sheets:
        raise ListRefused(
            "list.no-such-sheet",
            file=path.name,
            wanted=_shown([choice.sheet]),
            sheets=_shown([*workbook.visible, *workbook.hidden]),
        )
    return ChosenSheet(sheet=_only(workbook.sheets, ebox_type, writing), workbook=workbook)


def _only(sheets: Sequence[Sheet], ebox_type: EboxType | None, writing: Writing) -> Sheet:
    """Return the sheet that alone has the right heading, or else alone has identifiers, or else alone is not empty."""
    filled = [sheet for sheet in sheets if not is_blank(sheet.content)]
    if not filled:
        raise ListRefused("list.no-sheet", file=writing.file)
    if len(filled) == 1:
        return filled[0]
    samples = [_sample_of(sheet, replace(writing, sheet=sheet.name)) for sheet in filled]
    wanted = {Heading(ebox_type), Heading.EITHER} if ebox_type else set(Heading)
    kinds = [ebox_type] if ebox_type else list(EboxType)
    tests: tuple[Callable[[Sample], bool], ...] = (
        lambda sample: not wanted.isdisjoint(sample.headings),
        lambda sample: any(sample.counts(lambda cell: any(writing.is_good(cell, kind) for kind in kinds))),
        lambda _: True,
    )
    for test in tests:
        found = [sheet for sheet, sample in zip(filled, samples, strict=True) if test(sample)]
        if len(found) == 1:
            return found[0]
        if found:
            break
    raise ListRefused("list.which-sheet", file=writing.file, sheets=_shown([sheet.name for sheet in found]))


def _sample_of(sheet: Sheet, writing: Writing) -> Sample:
    return sample_of(lambda: _blocks(sheet.content), writing, separators=(SEPARATOR,))


def _blocks(content: bytes) -> Iterator[bytes]:
    return (content[at : at + BLOCK] for at in range(0, len(content), BLOCK))


def _shown(names: Sequence[str]) -> str:
    return ", ".join(names)[:_LONGEST_SHOWN]
