"""Signatures in a PDF: whole or not, whatever was done to the file."""

from __future__ import annotations

import io
import random
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest
from fpdf import FPDF

from eboxcast.lib.pdf_signatures import read_signed_pdf, sign_pdf
from eboxcast.lib.signatures import SignatureWrong, Signer, new_key

AT = datetime(2027, 1, 18, 9, tzinfo=UTC)
PHRASE = "a phrase of some length"
CONTENT = b'{"format": "eboxcast.certificate/2"}'


@pytest.fixture(scope="module")
def signer() -> Signer:
    key = new_key("FPS Example", since=AT - timedelta(days=1), until=AT + timedelta(days=9), passphrase=PHRASE)
    return Signer(key.certificate, key.private_key, passphrase=PHRASE)


@pytest.fixture(scope="module")
def signed(signer: Signer) -> bytes:
    sheet = FPDF()
    sheet.add_page()
    sheet.embed_file(bytes=CONTENT, basename="certificate.json")
    return sign_pdf(bytes(sheet.output()), signer, at=AT)


def test_what_is_attached_is_read_with_the_key_and_the_moment(signed: bytes, signer: Signer) -> None:
    found = read_signed_pdf(signed)
    assert (found.payload, found.fingerprint, found.signed_at) == (CONTENT, signer.fingerprint, AT)


def test_no_byte_can_be_changed(signed: bytes) -> None:
    """What is between the signature and its padding is not signed: a zero there proves nothing and harms nothing."""
    start = signed.index(b"/Contents <") + len(b"/Contents <")
    end = signed.index(b">", start)
    places = random.Random(7).sample([place for place in range(len(signed)) if not start <= place < end], 60)
    assert [place for place in places if is_whole(flipped(signed, place))] == []


def test_a_file_that_was_cut_or_added_to_or_saved_again_is_not_whole(signed: bytes) -> None:
    saved = io.BytesIO()
    with pikepdf.open(io.BytesIO(signed)) as document:
        document.docinfo["/Title"] = "Another"
        document.save(saved)
    changed = [signed[:-200], signed + b"%more", saved.getvalue(), b"%PDF-1.7\n", b"%PDF-", appended(signed)]
    assert [number for number, one in enumerate(changed) if is_whole(one)] == []


def appended(signed: bytes) -> bytes:
    """Show something else in a revision behind the one that is signed, as a forger would."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"0 0 100 100 re f"))
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def is_whole(content: bytes) -> bool:
    try:
        read_signed_pdf(content)
    except SignatureWrong:
        return False
    return True
