"""Signing what is handed out, and verifying it by the file alone: JWS (RFC 7515) with ES256, its certificate in it.

The certificate is one of X.509 that a key signs for itself. It proves nothing by being there: who verifies compares its
fingerprint with one that they have from the institution, or with the list that `eboxcast keys list --json` gives.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from eboxcast.lib.digests import digest

_ALGORITHM = "ES256"


class SignatureWrong(ValueError):
    """Something is no signature of ours, or it was changed."""


class PassphraseWrong(ValueError):
    """A key does not open."""


@dataclass(frozen=True, kw_only=True)
class NewKey:
    """A key pair that was just made."""

    fingerprint: str
    certificate: bytes
    private_key: bytes = field(repr=False)
    """PKCS #8, encrypted."""


@dataclass(frozen=True, kw_only=True)
class Signed:
    """What was signed, and by which key."""

    payload: bytes
    fingerprint: str
    """SHA-256 of the certificate."""
    signed_at: datetime
    """As the signer says."""


def new_key(name: str, *, since: datetime, until: datetime, passphrase: str) -> NewKey:
    """Make a key pair, P-256, and a certificate in this name."""
    pair = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder(subject, subject, pair.public_key(), x509.random_serial_number(), since, until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(pair.public_key()), critical=False)
        .sign(pair, hashes.SHA256())
    )
    encoded = certificate.public_bytes(serialization.Encoding.DER)
    return NewKey(
        fingerprint=fingerprint_of(encoded),
        certificate=encoded,
        private_key=pair.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(passphrase.encode()),
        ),
    )


def fingerprint_of(certificate: bytes) -> str:
    """Return by what people recognise a key: the SHA-256 of its certificate."""
    return digest(certificate).hex()


class Signer:
    """A key that is open: it signs."""

    def __init__(self, certificate: bytes, private_key: bytes, *, passphrase: str) -> None:
        """Open a key. Raises PassphraseWrong."""
        try:
            pair = serialization.load_der_private_key(private_key, passphrase.encode())
        except ValueError:
            raise PassphraseWrong from None
        if not isinstance(pair, ec.EllipticCurvePrivateKey):
            raise PassphraseWrong
        self._pair = pair
        self._key = ECKey.import_key(pair)
        self.certificate = certificate
        self.fingerprint = fingerprint_of(certificate)

    def private_key(self) -> bytes:
        """Return the key as PKCS #8, not encrypted: for a library that signs in another form."""
        return self._pair.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def sign(self, payload: bytes, *, kind: str, at: datetime) -> str:
        """Return what was signed with its signature, as one line of text (a compact JWS)."""
        header = {
            "alg": _ALGORITHM,
            "typ": kind,
            "iat": int(at.timestamp()),
            "x5c": [base64.b64encode(self.certificate).decode()],
        }
        return jws.serialize_compact(header, payload, self._key, registry=_registry())


def read_signed(text: str, *, kind: str) -> Signed:
    """Return what was signed, where the signature is whole and of this kind. Raises SignatureWrong."""
    try:
        unread = jws.extract_compact(text.strip().encode("ascii"), registry=_registry())
        header = unread.headers()
        certificate = base64.b64decode(header["x5c"][0], validate=True)
        public = x509.load_der_x509_certificate(certificate).public_key()
        if header.get("typ") != kind or not isinstance(public, ec.EllipticCurvePublicKey):
            raise SignatureWrong
        found = jws.deserialize_compact(text.strip(), ECKey.import_key(public), registry=_registry())
        signed_at = datetime.fromtimestamp(header["iat"], UTC)
    except (JoseError, ValueError, KeyError, IndexError, TypeError, OverflowError, OSError, binascii.Error) as error:
        raise SignatureWrong from error
    return Signed(payload=found.payload, fingerprint=fingerprint_of(certificate), signed_at=signed_at)


class _Registry(jws.JWSRegistry):
    """As in the library, but with room for a certificate of ours: its own limits are for tokens."""

    max_header_length: ClassVar[int] = 8 << 10  # type: ignore[misc]
    max_payload_length: ClassVar[int] = 16 << 20  # type: ignore[misc]


def _registry() -> jws.JWSRegistry:
    return _Registry(algorithms=[_ALGORITHM], strict_check_header=False)
