"""What others sign with a key of the list, and should not count: by our verifier, and by the script of the docs."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from tests.cli.test_keys import alone as script

from eboxcast.lib import clock
from eboxcast.lib.signatures import fingerprint_of, new_pair, own_certificate
from eboxcast.reports.proofs import FileUnclear, Trust, read_certificate, read_keys, verify_certificate

NOW = clock.now().replace(microsecond=0)
SINCE, UNTIL = NOW - timedelta(days=1), NOW + timedelta(days=9)
PAIR, _ = new_pair("a phrase of some length")
OWN = own_certificate(PAIR, "FPS Example", since=SINCE, until=UNTIL)
CERTIFICATE = {
    "format": "eboxcast.certificate/2",
    "run": "0" * 32,
    "environment": "production",
    "document": {"sha256": "0" * 64},
    "moments": {"visible": NOW.isoformat()},
}
KEY = {
    "number": 1,
    "fingerprint": fingerprint_of(OWN),
    "name": "FPS Example",
    "certificate": base64.b64encode(OWN).decode(),
    "made_at": SINCE.isoformat(),
    "expires_at": UNTIL.isoformat(),
    "revoked_at": None,
    "reason": None,
}
KEYS = json.dumps({"format": "eboxcast.signing-keys/1", "keys": [KEY]}).encode()


def signed(payload: dict[str, object], **header: object) -> str:
    """Return something signed as it should be, or with another header."""
    whole = {
        "alg": "ES256",
        "typ": "eboxcast-certificate",
        "iat": int(NOW.timestamp()),
        "x5c": [base64.b64encode(OWN).decode()],
        **header,
    }
    text = f"{unpadded(json.dumps(whole).encode())}.{unpadded(json.dumps(payload).encode())}"
    halves = decode_dss_signature(PAIR.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{text}.{unpadded(b''.join(half.to_bytes(32, 'big') for half in halves))}"


def unpadded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def seconds(**away: float) -> int:
    return int((NOW + timedelta(**away)).timestamp())


@pytest.mark.parametrize(
    ("text", "good"),
    [
        pytest.param(signed(CERTIFICATE), True, id="as it should be"),
        pytest.param(signed(CERTIFICATE, iat=seconds(minutes=2)), True, id="by a clock that is fast"),
        pytest.param(signed(CERTIFICATE, iat=seconds(days=5)), False, id="in the future"),
        pytest.param(signed(CERTIFICATE, iat=seconds(days=-2)), False, id="before the key"),
        pytest.param(signed(CERTIFICATE, crit=["foo"], foo=1), False, id="with a condition that nobody knows"),
        pytest.param(signed(CERTIFICATE, crit=["b64"], b64=False), False, id="not in Base64"),
        pytest.param(signed({**CERTIFICATE, "format": "something/1"}), False, id="of another form"),
        pytest.param(signed({**CERTIFICATE, "format": "eboxcast.audit-head/1"}), False, id="a head as a certificate"),
        pytest.param(signed(CERTIFICATE, typ="eboxcast-statement"), False, id="of another kind"),
        pytest.param(signed(CERTIFICATE, alg="none"), False, id="without an algorithm"),
        pytest.param(signed(CERTIFICATE)[:-4] + "AAAA", False, id="changed"),
    ],
)
def test_both_say_the_same(text: str, good: bool, tmp_path: Path) -> None:
    keys, file = tmp_path / "keys.json", tmp_path / "certificate.jws"
    keys.write_bytes(KEYS)
    file.write_text(text)
    assert (by_ours(text), script(keys, file).returncode == 0) == (good, good)


def by_ours(text: str) -> bool:
    try:
        found = read_certificate(text.encode(), Trust(keys=read_keys(KEYS, file="keys.json")), file="certificate.jws")
        return verify_certificate(found, file="certificate.jws").good
    except FileUnclear:
        return False


def test_what_is_signed_in_the_future_does_not_count_without_a_list_of_keys_either() -> None:
    text = signed(CERTIFICATE, iat=seconds(days=5))
    assert read_certificate(text.encode(), Trust(), file="certificate.jws").wrong == ("signed-later",)
