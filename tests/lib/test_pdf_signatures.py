"""Signatures in a PDF: whole or not, whatever was done to the file."""

from __future__ import annotations

import io
import random
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pikepdf
import pytest
from fpdf import FPDF
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from eboxcast.lib.pdf_signatures import NoTimestamp, read_signed_pdf, sign_pdf
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


def test_an_authority_stamps_the_signature_as_openssl_finds(signer: Signer, authority: Authority) -> None:
    stamped = sign_pdf(sheet(), signer, at=AT, authority=authority.address)
    assert read_signed_pdf(stamped).payload == CONTENT
    (signed_by,) = PdfFileReader(io.BytesIO(stamped)).embedded_regular_signatures[0].signed_data["signer_infos"]
    (attribute,) = [one for one in signed_by["unsigned_attrs"] if one["type"].native == "signature_time_stamp_token"]
    assert authority.stamped(signed_by["signature"].native, attribute["values"][0].dump())
    assert not authority.stamped(b"something else", attribute["values"][0].dump())


def test_without_the_stamp_nothing_is_signed(signer: Signer) -> None:
    with pytest.raises(NoTimestamp):
        sign_pdf(sheet(), signer, at=AT, authority="http://127.0.0.1:1/")


def sheet() -> bytes:
    paper = FPDF()
    paper.add_page()
    paper.embed_file(bytes=CONTENT, basename="certificate.json")
    return bytes(paper.output())


class Authority:
    """A timestamp authority of OpenSSL behind a server of HTTP."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder, self.address = folder, address

    def stamped(self, content: bytes, token: bytes) -> bool:
        (self.folder / "data").write_bytes(content)
        (self.folder / "token").write_bytes(token)
        words = ("-verify", "-data", "data", "-in", "token", "-token_in", "-CAfile", "tsa.pem")
        return openssl(self.folder, "ts", *words).returncode == 0


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    folder = tmp_path_factory.mktemp("authority")
    (folder / "tsa.cnf").write_text(CONFIGURATION)
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key.pem", "-days", "9")
    name = ("-subj", "/CN=TSA", "-config", "tsa.cnf", "-extensions", "stamping", "-out", "tsa.pem")
    openssl(folder, "req", "-x509", *key, *name)

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            (folder / "query").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            openssl(folder, "ts", "-reply", "-queryfile", "query", "-config", "tsa.cnf", "-out", "reply")
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write((folder / "reply").read_bytes())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield Authority(folder, f"http://127.0.0.1:{server.server_port}/")
        server.shutdown()
        thread.join()


CONFIGURATION = """
[req]
distinguished_name = name
[name]
[stamping]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
[tsa_default]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
signer_key = key.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
[tsa]
default_tsa = tsa_default
"""


def openssl(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *words], cwd=folder, capture_output=True, timeout=60)


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
