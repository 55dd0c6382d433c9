"""The document of a sample: a readable one-page letter, the same bytes for the same words."""

from __future__ import annotations

import datetime

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from eboxcast.package.sampling_texts import INSTITUTION_NAME, Letter

_MOMENT = datetime.datetime(2027, 1, 1, tzinfo=datetime.UTC)
_BLUE = (22, 66, 111)
_GREY = (110, 110, 110)


def letter_pdf(letter: Letter, *, language: str) -> bytes:
    """Return the letter as a PDF."""
    page = FPDF(format="A4")
    page.set_creation_date(_MOMENT)
    page.set_title(letter.title)
    page.set_lang(language)
    page.set_margins(left=25, top=22, right=25)
    page.add_page()
    _letterhead(page, INSTITUTION_NAME[language], letter)
    _body(page, letter)
    _footer(page, letter)
    return bytes(page.output())


def _letterhead(page: FPDF, sender: str, letter: Letter) -> None:
    page.set_fill_color(*_BLUE)
    page.rect(x=0, y=0, w=210, h=6, style="F")
    page.set_text_color(*_BLUE)
    page.set_font("Helvetica", "B", 13)
    _paragraph(page, sender, after=8)
    page.set_text_color(*_GREY)
    page.set_font("Helvetica", size=10)
    _paragraph(page, letter.date, after=12)
    page.set_text_color(*_BLUE)
    page.set_font("Helvetica", "B", 17)
    _paragraph(page, letter.title, after=8, height=8)


def _body(page: FPDF, letter: Letter) -> None:
    page.set_text_color(30, 30, 30)
    page.set_font("Helvetica", size=11)
    for text in (letter.greeting, *letter.paragraphs):
        _paragraph(page, text, after=4)
    for point in letter.points:
        page.set_x(31)
        page.set_fill_color(*_BLUE)
        page.rect(x=27, y=page.get_y() + 2.2, w=1.6, h=1.6, style="F")
        _paragraph(page, point, after=3)
    page.ln(4)
    for text in letter.closing:
        _paragraph(page, text, after=8)


def _footer(page: FPDF, letter: Letter) -> None:
    page.set_auto_page_break(auto=False)
    page.set_y(-24)
    page.set_draw_color(*_GREY)
    page.line(x1=25, y1=270, x2=185, y2=270)
    page.set_text_color(*_GREY)
    page.set_font("Helvetica", size=9)
    _paragraph(page, letter.footer, after=0)


def _paragraph(page: FPDF, text: str, *, after: float, height: float = 5.6) -> None:
    page.multi_cell(0, height, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.ln(after)
