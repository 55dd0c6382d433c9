"""Signatures: whole or nothing, of one kind, by the key whose certificate comes with them."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from eboxcast.lib.signatures import NewKey, PassphraseWrong, SignatureWrong, Signer, new_key, read_signed

NOW = datetime(2027, 1, 18, 9, tzinfo=UTC)
PHRASE = "a phrase of some length"
PAYLOAD = json.dumps({"lists": ["recipients"] * 20_000}).encode()


@pytest.fixture(scope="module")
def key() -> NewKey:
    return new_key("FPS Example", since=NOW, until=NOW + timedelta(days=1), passphrase=PHRASE)


@pytest.fixture(scope="module")
def signed(key: NewKey) -> str:
    signer = Signer(key.certificate, key.private_key, passphrase=PHRASE)
    return signer.sign(PAYLOAD, kind="example", at=NOW)


def test_what_was_signed_comes_back_with_the_key_and_the_moment(key: NewKey, signed: str) -> None:
    """Also of a certificate as large as that of forty lists."""
    found = read_signed(f"{signed}\n", kind="example")
    assert found.payload == PAYLOAD
    assert found.fingerprint == key.fingerprint
    assert found.signed_at == NOW


@pytest.mark.parametrize("place", [3, 100, 1000, -1000, -20, -3])
def test_a_changed_byte_is_noticed(signed: str, place: int) -> None:
    other = "A" if signed[place] != "A" else "B"
    text = signed[:place] + other + signed[place + 1 or None :]
    with pytest.raises(SignatureWrong):
        read_signed(text, kind="example")


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


def test_a_key_opens_with_its_passphrase_only(key: NewKey) -> None:
    with pytest.raises(PassphraseWrong):
        Signer(key.certificate, key.private_key, passphrase="another phrase, as long")
