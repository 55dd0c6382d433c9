"""The certificate as PDF/A: what an archive asks of it, on at most two sheets."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pikepdf
import pytest
from tests.reports.broadcasts import Broadcasts

from eboxcast.reports.certificate import certificate_of
from eboxcast.reports.certificate_page import page_of
from eboxcast.reports.page_pdf import pdf_of
from eboxcast.reports.sections import Page

AT = datetime(2027, 1, 18, 9, tzinfo=UTC)


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_a_certificate_has_one_or_two_sheets_with_its_fonts_and_its_json(broadcasts: Broadcasts, language: str) -> None:
    content = pdf_of(page_of(certificate_of(broadcasts.published()), language), attached=b"{}", name="c.json", at=AT)
    with pikepdf.open(io.BytesIO(content)) as document:
        assert len(document.pages) <= 2
        assert document.attachments["c.json"].get_file().read_bytes() == b"{}"
        assert document.Root.Lang == language
        assert document.Root.OutputIntents[0].S == "/GTS_PDFA1"
        with document.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "B")
        fonts = document.pages[0].Resources.Font
        assert all("/FontFile2" in font.DescendantFonts[0].FontDescriptor for font in fonts.values())


def test_a_letter_that_the_font_does_not_have_leaves_no_empty_box() -> None:
    page = Page(language="en", title="漢", place="–", verdict="é ≥ 漢", good=True, sections=(), footer="")
    assert pdf_of(page, attached=b"{}", name="c.json", at=AT).startswith(b"%PDF-1.7")
