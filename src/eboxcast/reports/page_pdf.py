"""A page as PDF/A-3b: for an archive, with its fonts in it, and with the same content for programs attached.

What is sealed by a signature must show the same in thirty years: PDF/A leaves out whatever depends on the viewer.
A module apart from the text: fonts and drawing take long to load, and most commands print text.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib import resources

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos
from fpdf.fonts import TTFFont

from eboxcast.lib.command_line import command_of
from eboxcast.lib.telling import Renderer
from eboxcast.reports.sections import Fact, Page, Section, Table

_FONT = "Source Sans Pro"
_FILES = {"": "SourceSansPro-Regular.ttf", "B": "SourceSansPro-Semibold.ttf"}
_MARGIN, _LABEL, _INDENT, _LINE = 15, 68, 5, 4.1
_INK, _QUIET, _ACCENT, _RULE = (27, 31, 36), (74, 85, 96), (29, 63, 110), (215, 220, 226)
_GOOD, _NOT_GOOD = ((237, 247, 240), (28, 107, 60)), ((253, 246, 230), (138, 90, 0))
_UNKNOWN = "?"
"""In place of a letter that the font does not have: PDF/A forbids the empty box."""


def pdf_of(page: Page, *, attached: bytes, name: str, at: datetime, render: Renderer = command_of) -> bytes:
    """Return the page as PDF/A-3b, with a file of JSON attached to it under a name."""
    sheet = _Sheet(page, at)
    sheet.embed_file(
        bytes=attached,
        basename=name,
        mime_type="application/json",
        associated_file_relationship="SOURCE",
        modification_date=at,
        compress=True,
    )
    sheet.show(page.said(render))
    return bytes(sheet.output())


class _Sheet(FPDF):
    """The sheets of a page, as the printed page shows it."""

    def __init__(self, page: Page, at: datetime) -> None:
        super().__init__(format="A4", enforce_compliance="PDF/A-3B")
        for style, file in _FILES.items():
            self.add_font(_FONT, style, str(resources.files("font_source_sans_pro") / "files" / file))
        font = self.fonts[_FONT.lower()]
        self._letters = font.cmap if isinstance(font, TTFFont) else {}
        self._foot = page.footer
        self.set_title(f"{page.title} · {page.place}")
        self.set_lang(page.language)
        self.set_creator("eboxcast")
        self.set_producer("eboxcast")
        self.set_creation_date(at)
        self.set_margin(_MARGIN)
        self.set_auto_page_break(auto=True, margin=18)
        self.add_page()

    def footer(self) -> None:
        """Write below each sheet what it is and which of how many."""
        self.set_y(-14)
        self._style(7.5, ink=_QUIET)
        self._text(f"{self._foot}   {self.page_no()}/{{nb}}")

    def show(self, page: Page) -> None:
        """Write all of it."""
        self._style(17, bold=True, ink=_ACCENT)
        self._text(page.title, line=7.5)
        self._style(10, ink=_QUIET)
        self._text(page.place, line=5)
        self._rule(_ACCENT, 0.8)
        self._verdict(page)
        for section in page.sections:
            self._section(section)

    def _verdict(self, page: Page) -> None:
        fill, edge = _GOOD if page.good else _NOT_GOOD
        self.ln(2)
        top = self.get_y()
        self.set_fill_color(*fill)
        self._style(10.5, bold=True)
        self.multi_cell(
            0, 5, self._known_text(page.verdict), fill=True, padding=(2, 4), new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )
        self.set_fill_color(*edge)
        self.rect(_MARGIN, top, 1.2, self.get_y() - top, style="F")

    def _section(self, section: Section) -> None:
        self.ln(2.6)
        if self.will_page_break(12):
            self.add_page()
        self._style(11, bold=True, ink=_ACCENT)
        self._text(section.title, line=5.4)
        for fact in section.facts:
            self._fact(fact)
        for table in section.tables:
            self._table(table)
        for note in section.notes_said(command_of):
            self._style(8, ink=_QUIET)
            self.ln(0.6)
            self._text(note, line=3.8)

    def _fact(self, fact: Fact) -> None:
        if self.will_page_break(_LINE * 2):
            self.add_page()
        top, indent = self.get_y(), _INDENT * fact.depth
        self._style(9, bold=fact.sum, ink=_INK if fact.sum else _QUIET)
        self.set_x(_MARGIN + indent)
        self.multi_cell(_LABEL - indent, _LINE, self._known_text(fact.label), align=Align.L, new_y=YPos.NEXT)
        below = self.get_y()
        self._style(8 if fact.fixed else 9, bold=fact.sum)
        self.set_xy(_MARGIN + _LABEL, top)
        align = Align.R if fact.number else Align.L
        self.multi_cell(0, _LINE, self._known_text(fact.value), align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_y(max(below, self.get_y()))
        self._rule(_RULE, 0.15)

    def _table(self, table: Table) -> None:
        widths = self._widths(table)
        self._style(8, ink=_QUIET)
        self._row(table.headings, widths)
        for row in table.rows:
            self._style(9)
            self._row(row, widths)
        if table.total and len(table.rows) > 1:
            self._style(9, bold=True)
            self._row(table.total, widths)

    def _widths(self, table: Table) -> list[float]:
        """Give each column of numbers what its widest text needs, and the first one what is left."""
        self._style(9, bold=True)
        columns = list(zip(table.headings, *table.rows, *([table.total] if table.total else []), strict=True))
        needed = [max(self.get_string_width(self._known_text(cell)) for cell in column) + 3 for column in columns[1:]]
        most = self.epw * 0.7
        shrunk = min(1.0, most / sum(needed)) if needed else 1.0
        widths = [width * shrunk for width in needed]
        return [self.epw - sum(widths), *widths]

    def _row(self, cells: Sequence[str], widths: Sequence[float]) -> None:
        if self.will_page_break(_LINE * 2):
            self.add_page()
        top = below = self.get_y()
        left: float = _MARGIN
        for number, (cell, width) in enumerate(zip(cells, widths, strict=True)):
            self.set_xy(left, top)
            align = Align.R if number else Align.L
            self.multi_cell(width, _LINE, self._known_text(cell), align=align, new_y=YPos.NEXT)
            below, left = max(below, self.get_y()), left + width
        self.set_y(below)
        self._rule(_RULE, 0.15)

    def _text(self, text: str, *, line: float = _LINE) -> None:
        self.multi_cell(0, line, self._known_text(text), align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _rule(self, ink: tuple[int, int, int], width: float) -> None:
        self.set_draw_color(*ink)
        self.set_line_width(width)
        self.line(_MARGIN, self.get_y() + 0.2, self.w - _MARGIN, self.get_y() + 0.2)
        self.set_xy(_MARGIN, self.get_y() + 0.5)

    def _style(self, size: float, *, bold: bool = False, ink: tuple[int, int, int] = _INK) -> None:
        self.set_font(_FONT, "B" if bold else "", size)
        self.set_text_color(*ink)

    def _known_text(self, text: str) -> str:
        return "".join(letter if ord(letter) in self._letters or letter == "\n" else _UNKNOWN for letter in text)
