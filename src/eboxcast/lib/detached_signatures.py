"""Detached signatures of files (CMS, RFC 5652), as `openssl cms -sign -binary` makes them: who signed it."""

from __future__ import annotations

import asyncio
import base64
from datetime import datetime
from pathlib import Path

from asn1crypto import cms, pem
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import async_validate_detached_cms, extract_certs_for_validation
from pyhanko_certvalidator import ValidationContext

from eboxcast.lib.signatures import BROKEN, SignatureWrong, name_in_certificate

LEAST_BITS = 2048
_DIGESTS = frozenset({"sha256", "sha384", "sha512"})


class CertificateUnfit(ValueError):
    """Something is not one certificate whose key is good enough."""


def signer_of(signature: bytes, path: Path) -> bytes:
    """Return the certificate (DER) whose key signed a file; it is in the signature. Raises SignatureWrong."""
    try:
        signed = cms.ContentInfo.load(_der_of(signature), strict=True)["content"]
        certificate = extract_certs_for_validation(signed).signer_cert
        context = ValidationContext(trust_roots=[certificate], allow_fetching=False)
        with path.open("rb") as file:
            status = asyncio.run(async_validate_detached_cms(file, signed, signer_validation_context=context))
    except (SignatureValidationError, PdfError, *BROKEN) as error:
        raise SignatureWrong from error
    if not (status.intact and status.valid and status.md_algorithm in _DIGESTS):
        raise SignatureWrong
    return bytes(certificate.dump())


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
    strong = isinstance(key, ec.EllipticCurvePublicKey) or (
        isinstance(key, rsa.RSAPublicKey) and key.key_size >= LEAST_BITS
    )
    if not strong:
        raise CertificateUnfit
    return der, name, since, until


def _der_of(signature: bytes) -> bytes:
    """Return a signature without the armour that it may have: PEM, or Base64 alone."""
    text = signature.strip()
    if text.startswith(b"-----"):
        return bytes(pem.unarmor(text)[2])
    return signature if signature.startswith(b"\x30") else base64.b64decode(text, validate=False)
