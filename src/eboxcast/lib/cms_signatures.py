"""Signatures of files and of mails (CMS, RFC 5652), as `openssl cms -sign` makes them: who signed, and what."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from io import BufferedReader, BytesIO
from pathlib import Path

from asn1crypto import cms, pem
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.general import extract_signer_info
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import (
    async_validate_cms_signature,
    extract_certs_for_validation,
    extract_self_reported_ts,
)
from pyhanko_certvalidator import ValidationContext

from eboxcast.lib.signatures import BROKEN, SignatureWrong, name_in_certificate

LEAST_BITS = 2048
MOST_OTHERS = 5
"""Certificates beside that of the signer: each one more, where they issued each other, takes many times longer."""
_LEAST_OF_A_CURVE = 256
_DIGESTS = frozenset({"sha256", "sha384", "sha512"})


class CertificateUnfit(ValueError):
    """Something is not one certificate whose key is good enough."""


@dataclass(frozen=True, kw_only=True)
class Verified:
    """Who signed something that is whole."""

    certificate: bytes
    """Of the key that signed it (DER)."""
    others: tuple[bytes, ...]
    """What came with it: most likely the certificates of its issuers."""
    signed_at: datetime | None
    """As the signer says."""
    attributes: bytes
    """What the key signed: the digest of the content and that moment."""


def signer_of(signature: bytes, path: Path) -> bytes:
    """Return the certificate (DER) whose key signed a file; it is in the signature. Raises SignatureWrong."""
    with path.open("rb") as file:
        return verify_signature(signature, file).certificate


def verify_signature(signature: bytes, file: BufferedReader | BytesIO | None) -> Verified:
    """Return who alone signed a file; without one, what is in the signature. Raises SignatureWrong.

    Nobody is trusted for it: the certificate may be one that its owner made. Without signed attributes it is refused:
    the signature of a file would be one of its attributes too, shown as a file (RFC 5652, 5.4).
    """
    try:
        signed = _signed_in(signature)
        found = extract_certs_for_validation(signed)
        signer = extract_signer_info(signed)
        if len(found.other_certs) > MOST_OTHERS or not len(signer["signed_attrs"]):
            raise SignatureWrong
        name = _digest_of(signer)
        status = asyncio.run(
            async_validate_cms_signature(
                signed,
                raw_digest=hashlib.file_digest(file, name).digest() if file else None,
                validation_context=ValidationContext(trust_roots=[found.signer_cert], allow_fetching=False),
            )
        )
        if not (status.intact and status.valid):
            raise SignatureWrong
        return Verified(
            certificate=found.signer_cert.dump(),
            others=tuple(one.dump() for one in found.other_certs),
            signed_at=extract_self_reported_ts(signer),
            attributes=signer["signed_attrs"].untag().dump(),
        )
    except (SignatureValidationError, PdfError, *BROKEN) as error:
        raise SignatureWrong from error


def content_in(signature: bytes) -> bytes:
    """Return what a signature has in it, not verified. Raises SignatureWrong where it has nothing."""
    try:
        return bytes(_signed_in(signature)["encap_content_info"]["content"].native)
    except BROKEN as error:
        raise SignatureWrong from error


def read_certificate(content: bytes) -> tuple[bytes, str, datetime, datetime]:
    """Return a certificate (DER), the name in it, and from when until when it is valid. Raises CertificateUnfit."""
    try:
        if content.lstrip().startswith(b"-----"):
            (found,) = x509.load_pem_x509_certificates(content)
        else:
            found = x509.load_der_x509_certificate(content)
        key, der = found.public_key(), found.public_bytes(Encoding.DER)
        name, since, until = name_in_certificate(der), found.not_valid_before_utc, found.not_valid_after_utc
    except BROKEN as error:
        raise CertificateUnfit from error
    strong = (isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= _LEAST_OF_A_CURVE) or (
        isinstance(key, rsa.RSAPublicKey) and key.key_size >= LEAST_BITS
    )
    if not strong:
        raise CertificateUnfit
    return der, name, since, until


def _signed_in(signature: bytes) -> cms.SignedData:
    return cms.ContentInfo.load(_der_of(signature), strict=True)["content"]


def _digest_of(signer: cms.SignerInfo) -> str:
    """Return the name of the digest that a signature uses, where it is none that somebody could imitate."""
    algorithm = signer["signature_algorithm"]
    name = str(signer["digest_algorithm"]["algorithm"].native)
    try:
        used = algorithm.hash_algo
    except ValueError:  # it does not say which: then it is the same
        used = name
    if name not in _DIGESTS or used not in _DIGESTS:
        raise SignatureWrong
    return name


def _der_of(signature: bytes) -> bytes:
    """Return a signature without the armour that it may have: PEM, or Base64 alone."""
    text = signature.strip()
    if text.startswith(b"-----"):
        return bytes(pem.unarmor(text)[2])
    return signature if signature.startswith(b"\x30") else base64.b64decode(text, validate=False)
