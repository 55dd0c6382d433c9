"""Signatures: whole or nothing, of one kind, by the key whose certificate comes with them."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from eboxcast.lib.signatures import (
    Evidence,
    PassphraseWrong,
    SignatureWrong,
    Signer,
    is_with_stamp,
    new_pair,
    open_pair,
    own_certificate,
    read_signed,
    with_stamp,
)

NOW = datetime(2027, 1, 18, 9, tzinfo=UTC)
PHRASE = "a phrase of some length"
PAYLOAD = json.dumps({"lists": ["recipients"] * 20_000}).encode()


@pytest.fixture(scope="module")
def signer() -> Signer:
    pair, _ = new_pair(PHRASE)
    return Signer(pair, (own_certificate(pair, "FPS Example", since=NOW, until=NOW + timedelta(days=1)),))


@pytest.fixture(scope="module")
def signed(signer: Signer) -> str:
    return signer.sign(PAYLOAD, kind="example", at=NOW)


def test_what_was_signed_comes_back_with_the_key_and_the_moment(signer: Signer, signed: str) -> None:
    """Also of a certificate as large as that of forty lists."""
    found = read_signed(f"{signed}\n", kind="example")
    assert found.payload == PAYLOAD
    assert found.fingerprint == signer.fingerprint
    assert found.signed_at == NOW


@pytest.mark.parametrize("place", [3, 100, 1000, -1000, -20, -3])
def test_a_changed_byte_is_noticed(signed: str, place: int) -> None:
    other = "A" if signed[place] != "A" else "B"
    text = signed[:place] + other + signed[place + 1 or None :]
    with pytest.raises(SignatureWrong):
        read_signed(text, kind="example")


def test_a_certificate_with_a_kind_of_key_that_nobody_knows_is_none(signed: str) -> None:
    """One bit in it is enough: in the name of the kind (1.2.840.10045.2.1)."""
    head, rest = signed.split(".", 1)
    header = json.loads(base64.urlsafe_b64decode(head + "=="))
    certificate = base64.b64decode(header["x5c"][0])
    known = bytes.fromhex("2a8648ce3d0201")
    assert known in certificate
    header["x5c"][0] = base64.b64encode(certificate.replace(known, bytes.fromhex("2a864cce3d0201"))).decode()
    changed = base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
    with pytest.raises(SignatureWrong):
        read_signed(f"{changed}.{rest}", kind="example")


def test_a_signature_of_another_kind_is_none(signed: str) -> None:
    with pytest.raises(SignatureWrong):
        read_signed(signed, kind="another")


@pytest.mark.parametrize("algorithm", ["none", "HS256", "ES384"])
def test_no_other_algorithm_counts(signed: str, algorithm: str) -> None:
    """Whatever a header asks for: with "none" anybody could write one."""
    head, payload, _ = signed.split(".")
    header = {**json.loads(base64.urlsafe_b64decode(head + "==")), "alg": algorithm}
    told = base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
    for signature in ("", "AAAA"):
        with pytest.raises(SignatureWrong):
            read_signed(f"{told}.{payload}.{signature}", kind="example")


@pytest.mark.parametrize("text", ["", ".", "..", "a.b.c", "é", "." * 100, "e30.e30.e30"])
def test_what_is_no_signature_is_said(text: str) -> None:
    with pytest.raises(SignatureWrong):
        read_signed(text, kind="example")


def test_a_key_opens_with_its_passphrase_only() -> None:
    pair, closed = new_pair(PHRASE)
    assert open_pair(closed, PHRASE).private_numbers() == pair.private_numbers()
    with pytest.raises(PassphraseWrong):
        open_pair(closed, "another phrase, as long")


def test_what_authorities_say_stands_beside_what_is_signed(signed: str) -> None:
    """In the form that JAdES has for it; the signature stays the same, and a changed byte of it is noticed."""
    evidence = Evidence(crls=(b"a list",), ocsps=(b"an answer",))
    text = with_stamp(signed, b"a stamp", evidence)
    found = read_signed(text, kind="example")
    assert (found.payload, found.stamp, found.evidence) == (PAYLOAD, b"a stamp", evidence)
    assert found.stamped == json.loads(text)["signature"].encode()
    assert is_with_stamp(text.encode())
    first, rest = found.stamped.decode()[0], found.stamped.decode()[1:]
    with pytest.raises(SignatureWrong):
        read_signed(text.replace(first + rest, ("B" if first == "A" else "A") + rest), kind="example")


@pytest.mark.parametrize("text", ["{}", '{"protected": 1, "payload": 2, "signature": 3}', "{", '{"header": {}}'])
def test_another_object_is_no_signature(text: str) -> None:
    with pytest.raises(SignatureWrong):
        read_signed(text, kind="example")
