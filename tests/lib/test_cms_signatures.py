"""Detached signatures and certificates that others send: whatever is in them, they are refused and do no harm."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.authorities import CertificateAuthority, openssl

from eboxcast.lib import clock
from eboxcast.lib.authorities import Authorities, AuthoritiesWrong
from eboxcast.lib.cms_signatures import CertificateUnfit, read_certificate, signer_of
from eboxcast.lib.signatures import NotIssued, SignatureWrong, new_pair, own_certificate, read_issued, request_of

TRIES = 300
NOW = clock.now()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file, a key with its certificate, and the signature that OpenSSL made."""
    made = tmp_path_factory.mktemp("signed")
    pair, _ = new_pair("a phrase of some length")
    issued = CertificateAuthority(NOW).issue(request_of(pair, "Payroll"))
    (made / "issued.pem").write_bytes(issued)
    (made / "key.pem").write_bytes(pair.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (made / "file").write_bytes(b"85073003328")
    words = ("-sign", "-binary", "-in", "file", "-signer", "issued.pem", "-inkey", "key.pem", "-outform", "DER")
    assert openssl(made, "cms", *words, "-out", "signature").returncode == 0
    return made


def test_the_certificate_that_signed_is_found(folder: Path) -> None:
    found = signer_of((folder / "signature").read_bytes(), folder / "file")
    (expected, _) = x509.load_pem_x509_certificates((folder / "issued.pem").read_bytes())
    assert found == expected.public_bytes(Encoding.DER)


def test_a_signature_that_was_changed_anywhere_raises_nothing_else(folder: Path) -> None:
    """What is not signed in it, such as the certificate, may be changed: then it is another certificate."""
    signature, file = (folder / "signature").read_bytes(), folder / "file"
    found = tried(lambda changed: signer_of(changed, file), signature, SignatureWrong)
    assert found > TRIES // 2


def test_a_certificate_that_was_changed_anywhere_raises_nothing_else(folder: Path) -> None:
    pem = (folder / "issued.pem").read_bytes()
    der = x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
    pair, _ = new_pair("a phrase of some length")
    owner = own_certificate(pair, "Payroll", since=NOW, until=NOW)
    assert tried(read_certificate, der, CertificateUnfit)
    assert tried(Authorities.read, pem, AuthoritiesWrong)
    assert tried(lambda changed: read_issued(changed, owner), pem, NotIssued) == TRIES


def tried(read: Callable[[bytes], object], content: bytes, refused: type[Exception]) -> int:
    """Return how many of many changed contents are refused."""
    chance = random.Random(7)
    count = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(TRIES):
            changed = bytearray(content)
            for _ in range(chance.choice((1, 1, 3, 9))):
                place = chance.randrange(len(changed))
                if chance.random() < 0.7:
                    changed[place] = chance.randrange(256)
                else:
                    del changed[place : place + chance.randrange(1, 9)]
            try:
                read(bytes(changed))
            except refused:
                count += 1
    return count
