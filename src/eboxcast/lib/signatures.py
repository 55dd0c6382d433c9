"""Signing what is handed out, and verifying it by the file alone: JWS (RFC 7515) with ES256, its certificate in it.

The certificate is one of X.509 that a key signs for itself. It proves nothing by being there: who verifies compares its
fingerprint with one that they have from the institution, or with the list that `eboxcast keys list --json` gives.

With a timestamp the form is JSON instead of one line, and the timestamp stands beside what is signed, as JAdES (ETSI TS
119 182-1) has it. Who is trusted to stamp, and to issue certificates, is in ``authorities.py``.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from eboxcast.lib.digests import digest

BROKEN = (
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    OverflowError,
    RecursionError,
    NotImplementedError,
    UnboundLocalError,
    InvalidSignature,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
)
"""What the libraries meet in what was cut or put together by somebody else."""
# pyHanko, which reads the other forms, writes to the log what it finds; who verifies is told by what is returned.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)

KeyFault = Literal["key-revoked", "key-expired", "signed-later"]

_ALGORITHM = "ES256"
_HALF = 32
_APART = timedelta(minutes=5)
"""As far the clocks of who signs and who reads may be apart."""
_UNSIGNED = "etsiU"
_USAGE = x509.KeyUsage(
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
_OTHER_PURPOSES = frozenset(
    {
        ExtendedKeyUsageOID.SERVER_AUTH,
        ExtendedKeyUsageOID.CLIENT_AUTH,
        ExtendedKeyUsageOID.CODE_SIGNING,
        ExtendedKeyUsageOID.TIME_STAMPING,
        ExtendedKeyUsageOID.OCSP_SIGNING,
    }
)
Key = ec.EllipticCurvePrivateKey
"""A key pair."""


class SignatureWrong(ValueError):
    """Something is no signature of ours, or it was changed."""


class PassphraseWrong(ValueError):
    """A key does not open."""


class NotIssued(ValueError):
    """Something is not a certificate for this key, with all certificates above it."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What authorities said of certificates when something was signed: none of them was revoked then."""

    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Signed:
    """What was signed, and by which key."""

    payload: bytes
    signed_at: datetime
    """As the signer says."""
    certificates: tuple[bytes, ...]
    """The one of the key, then those of its issuers."""
    stamp: bytes | None = None
    """What a timestamp authority said (RFC 3161), not yet verified."""
    stamped: bytes = b""
    """Of what."""
    evidence: Evidence = Evidence()

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the certificate."""
        return fingerprint_of(self.certificates[0])

    def is_later_than(self, now: datetime) -> bool:
        """Return whether it says that it was signed in the future of its reader."""
        return self.signed_at > now + _APART


def fault_of_key(
    signed: Signed,
    *,
    since: datetime,
    until: datetime,
    revoked_at: datetime | None,
    now: datetime,
    stamped_at: datetime | None = None,
) -> KeyFault | None:
    """Return what is wrong with the key of a signature, which a trusted authority may have stamped.

    What a revoked key signed counts no more, whenever it says that it did: who stole it writes any moment. But nobody
    has a stamp of before.
    """
    if revoked_at is not None and (stamped_at is None or stamped_at >= revoked_at):
        return "key-revoked"
    if signed.is_later_than(now):
        return "signed-later"
    if not since <= signed.signed_at <= until or (stamped_at and stamped_at > until):
        return "key-expired"
    return None


def new_pair(passphrase: str) -> tuple[Key, bytes]:
    """Make a key pair, P-256; return it, and as PKCS #8, encrypted."""
    pair = ec.generate_private_key(ec.SECP256R1())
    encryption = serialization.BestAvailableEncryption(passphrase.encode())
    return pair, pair.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, encryption)


def open_pair(private_key: bytes, passphrase: str) -> Key:
    """Return a key pair that was encrypted. Raises PassphraseWrong."""
    try:
        pair = serialization.load_der_private_key(private_key, passphrase.encode())
    except ValueError:
        raise PassphraseWrong from None
    if not isinstance(pair, Key):
        raise PassphraseWrong
    return pair


def own_certificate(pair: Key, name: str, *, since: datetime, until: datetime) -> bytes:
    """Return a certificate in this name that the key signs itself."""
    subject = _subject(name)
    return (
        x509.CertificateBuilder(subject, subject, pair.public_key(), x509.random_serial_number(), since, until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_USAGE, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(pair.public_key()), critical=False)
        .sign(pair, hashes.SHA256())
        .public_bytes(serialization.Encoding.DER)
    )


def request_of(pair: Key, name: str) -> str:
    """Return what an authority needs to issue a certificate in this name (PKCS #10, PEM)."""
    request = x509.CertificateSigningRequestBuilder(_subject(name)).add_extension(_USAGE, critical=True)
    return request.sign(pair, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def read_issued(content: bytes, owner: bytes) -> tuple[bytes, ...]:
    """Return a certificate that was issued for the key of another one, then those of its issuers, in order.

    The file may have them in any order (PEM). Raises NotIssued.
    """
    wanted = x509.load_der_x509_certificate(owner).public_key()
    try:
        found = x509.load_pem_x509_certificates(content)
        chain = [next(one for one in found if one.public_key() == wanted)]
        while above := [one for one in found if one not in chain and _issued(one, chain[-1])]:
            chain.append(above[0])
    except (StopIteration, *BROKEN) as error:
        raise NotIssued from error
    if len(chain) == 1 or len(chain) != len(found):
        raise NotIssued
    return tuple(one.public_bytes(serialization.Encoding.DER) for one in chain)


def name_in_certificate(certificate: bytes) -> str:
    """Return the name in a certificate: the common name, or all of it where there is none. Raises ValueError."""
    subject = x509.load_der_x509_certificate(certificate).subject
    named = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(named[0].value) if named else subject.rfc4514_string()


def validity_of(certificate: bytes) -> tuple[datetime, datetime]:
    """Return from when until when a certificate is valid."""
    found = x509.load_der_x509_certificate(certificate)
    return found.not_valid_before_utc, found.not_valid_after_utc


def is_for_papers(certificate: bytes) -> bool:
    """Return whether a certificate was issued to sign papers, and not only for TLS or the like. Raises ValueError."""
    extensions = x509.load_der_x509_certificate(certificate).extensions
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    try:
        purposes = set(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        purposes = set()
    return (usage.digital_signature or usage.content_commitment) and not (purposes and purposes <= _OTHER_PURPOSES)


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except BROKEN:
        return False
    return True


def _subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def fingerprint_of(certificate: bytes) -> str:
    """Return by what people recognise a key: the SHA-256 of its certificate."""
    return digest(certificate).hex()


class Signer:
    """A key that is open: it signs."""

    def __init__(self, pair: Key, certificates: tuple[bytes, ...]) -> None:
        self.pair = pair
        self.certificates = certificates
        """The one of the key, then those of its issuers."""
        self.fingerprint = fingerprint_of(certificates[0])

    def sign(self, payload: bytes, *, kind: str, at: datetime) -> str:
        """Return what was signed with its signature, as one line of text (a compact JWS)."""
        header = {
            "alg": _ALGORITHM,
            "typ": kind,
            "iat": int(at.timestamp()),
            "x5t#S256": _text(digest(self.certificates[0])),
            "x5c": [base64.b64encode(one).decode() for one in self.certificates],
        }
        # The library for JWS wants to read the key, which one in a token does not allow.
        signed = f"{_text(json.dumps(header).encode())}.{_text(payload)}"
        halves = decode_dss_signature(self.pair.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{_text(b''.join(half.to_bytes(_HALF, 'big') for half in halves))}"


def stamp_of(signed: str) -> bytes:
    """Return what a timestamp authority stamps of a signature: its text."""
    return signed.rpartition(".")[2].encode()


def with_stamp(signed: str, token: bytes, evidence: Evidence) -> str:
    """Return a signature in the form that has room for what authorities said of it (a flattened JWS)."""
    protected, payload, signature = signed.split(".")
    unsigned: list[Mapping[str, object]] = [{"sigTst": {"tstTokens": [_value(token)]}}]
    if evidence.crls or evidence.ocsps:
        values = {"crlVals": [*map(_value, evidence.crls)], "ocspVals": [*map(_value, evidence.ocsps)]}
        unsigned.append({"rVals": {name: found for name, found in values.items() if found}})
    header = {_UNSIGNED: unsigned}
    return json.dumps({"protected": protected, "payload": payload, "signature": signature, "header": header})


def is_with_stamp(content: bytes) -> bool:
    """Return whether something has that form."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and found.keys() >= {"protected", "payload", "signature"}


def read_signed(text: str, *, kind: str) -> Signed:
    """Return what was signed, where the signature is whole and of this kind. Raises SignatureWrong."""
    try:
        signed, said = _parted(text.strip())
        unread = jws.extract_compact(signed.encode("ascii"), registry=_registry())
        header = unread.headers()
        certificates = tuple(base64.b64decode(one, validate=True) for one in header["x5c"])
        public = x509.load_der_x509_certificate(certificates[0]).public_key()
        if header.get("typ") != kind or not isinstance(public, ec.EllipticCurvePublicKey):
            raise SignatureWrong
        found = jws.deserialize_compact(signed, ECKey.import_key(public), registry=_registry())
        return Signed(
            payload=found.payload,
            signed_at=datetime.fromtimestamp(header["iat"], UTC),
            certificates=certificates,
            stamp=next(iter(_values(said, "sigTst", "tstTokens")), None),
            stamped=stamp_of(signed),
            evidence=Evidence(crls=_values(said, "rVals", "crlVals"), ocsps=_values(said, "rVals", "ocspVals")),
        )
    except (*BROKEN, JoseError, OSError) as error:
        raise SignatureWrong from error


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _parted(text: str) -> tuple[str, list[dict[str, Any]]]:
    """Return a signature as one line, and what stands beside it."""
    if not text.startswith("{"):
        return text, []
    told = json.loads(text)
    return ".".join((told["protected"], told["payload"], told["signature"])), told["header"][_UNSIGNED]


def _value(content: bytes) -> dict[str, str]:
    return {"val": base64.b64encode(content).decode()}


def _values(said: list[dict[str, Any]], kind: str, name: str) -> tuple[bytes, ...]:
    found = (one[kind].get(name, []) for one in said if kind in one)
    return tuple(base64.b64decode(value["val"], validate=True) for values in found for value in values)


class _Registry(jws.JWSRegistry):
    """As in the library, but with room for a certificate of ours: its own limits are for tokens."""

    max_header_length: ClassVar[int] = 32 << 10  # type: ignore[misc]
    max_payload_length: ClassVar[int] = 16 << 20  # type: ignore[misc]


def _registry() -> jws.JWSRegistry:
    return _Registry(algorithms=[_ALGORITHM], strict_check_header=False)
