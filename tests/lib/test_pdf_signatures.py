"""Signatures in a PDF: whole or not, whatever was done to the file."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest
from fpdf import FPDF
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from tests.authorities import TimestampAuthority, stamping

from eboxcast.lib.pdf_signatures import read_signed_pdf, sign_pdf
from eboxcast.lib.signatures import SignatureWrong, Signer, new_pair, own_certificate
from eboxcast.lib.timestamps import NoTimestamp, stamper_of

AT = datetime(2027, 1, 18, 9, tzinfo=UTC)
CONTENT = b'{"format": "eboxcast.certificate/2"}'


@pytest.fixture(scope="module")
def signer() -> Signer:
    pair, _ = new_pair("a phrase of some length")
    since, until = AT - timedelta(days=1), AT + timedelta(days=9)
    return Signer(pair, (own_certificate(pair, "FPS Example", since=since, until=until),))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TimestampAuthority]:
    with stamping(tmp_path_factory.mktemp("authority")) as found:
        yield found


@pytest.fixture(scope="module")
def signed(signer: Signer) -> bytes:
    return sign_pdf(sheet(), signer, at=AT)


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


def test_an_authority_stamps_the_signature_as_openssl_finds(signer: Signer, authority: TimestampAuthority) -> None:
    stamped = sign_pdf(sheet(), signer, at=AT, stamper=stamper_of(authority.address))
    found = read_signed_pdf(stamped)
    assert found.payload == CONTENT
    assert found.stamp is not None
    assert authority.stamped(found.stamped, found.stamp)
    assert not authority.stamped(b"something else", found.stamp)


def test_without_the_stamp_nothing_is_signed(signer: Signer) -> None:
    with pytest.raises(NoTimestamp):
        sign_pdf(sheet(), signer, at=AT, stamper=stamper_of("http://127.0.0.1:1/"))


def sheet() -> bytes:
    paper = FPDF()
    paper.add_page()
    paper.embed_file(bytes=CONTENT, basename="certificate.json")
    return bytes(paper.output())


def appended(signed: bytes) -> bytes:
    """Show something else in a revision behind the one that is signed, as a forger would."""
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
