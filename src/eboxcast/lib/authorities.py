"""Whom somebody trusts to issue certificates and to stamp, and what follows for a signature: by files alone.

Without authorities, a signature is trusted by the fingerprint of its key only, and its timestamp is not counted.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from asn1crypto import cms, crl, pem, x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import ExpiredError, PathError, RevokedError, ValidationError

from eboxcast.lib.signatures import BROKEN, Evidence, SignatureWrong, Signed, is_for_papers

Standing = Literal["issued", "unknown", "revoked", "expired"]
"""What authorities say of a certificate at a moment; unknown: none that is trusted issued it to sign papers."""


class AuthoritiesWrong(ValueError):
    """A file has no certificate in it, or something that cannot be read."""


@dataclass(frozen=True, kw_only=True)
class Authorities:
    """The certificates of those who are trusted, and the lists of what they revoked since."""

    certificates: tuple[x509.Certificate, ...]
    crls: tuple[crl.CertificateList, ...] = ()

    @classmethod
    def read(cls, content: bytes) -> Authorities:
        """Read them from a file of PEM. Raises AuthoritiesWrong."""
        try:
            found = [(kind, der) for kind, _, der in pem.unarmor(content, multiple=True)]
            issuers = (x509.Certificate.load(der, strict=True) for kind, der in found if kind == "CERTIFICATE")
            crls = (crl.CertificateList.load(der, strict=True) for kind, der in found if kind == "X509 CRL")
            read = cls(certificates=tuple(issuers), crls=tuple(crls))
        except BROKEN as error:
            raise AuthoritiesWrong from error
        if not read.certificates:
            raise AuthoritiesWrong
        return read


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What authorities said of a signature and of its key."""

    stamped_at: datetime | None
    """The moment of the timestamp; None where there is none."""
    stamp_trusted: bool | None
    """Whether an authority that is trusted made it; None where there is none, or nobody is trusted."""
    standing: Standing | None
    """Of the certificate at that moment, or now; None where nobody is trusted."""
    revoked_at: datetime | None = None
    """When the certificate was revoked by its issuer, whether that was before or after."""


def judge(signed: Signed, authorities: Authorities | None, *, now: datetime) -> Judged:
    """Return what authorities say of a signature that is whole. Raises SignatureWrong where its timestamp is not."""
    try:
        stamped_at, trusted = _stamp_of(signed, authorities, now) if signed.stamp is not None else (None, None)
        certificate, *others = (x509.Certificate.load(one, strict=True) for one in signed.certificates)
        if authorities is None:
            return Judged(stamped_at=stamped_at, stamp_trusted=trusted, standing=None)
        if certificate.self_issued or not is_for_papers(signed.certificates[0]):
            return Judged(stamped_at=stamped_at, stamp_trusted=trusted, standing="unknown")
        at = stamped_at if stamped_at is not None and trusted else now
        standing, revoked_at = _standing(certificate, others, authorities, signed.evidence, at)
        if standing == "issued":
            _, revoked_at = _standing(certificate, others, authorities, signed.evidence, now)
    except (SignatureValidationError, ValidationError, PathError, PdfError, *BROKEN) as error:
        raise SignatureWrong from error
    return Judged(stamped_at=stamped_at, stamp_trusted=trusted, standing=standing, revoked_at=revoked_at)


def standing_of(certificate: bytes, others: Sequence[bytes], authorities: Authorities, *, at: datetime) -> Standing:
    """Return what authorities say of a certificate at a moment; the others lead from it to one of them, in any order.

    They have to be few: see ``MOST_OTHERS`` in ``cms_signatures.py``. Raises SignatureWrong.
    """
    try:
        first, *more = (x509.Certificate.load(one, strict=True) for one in (certificate, *others))
        return _standing(first, more, authorities, Evidence(), at)[0]
    except (PdfError, *BROKEN) as error:
        raise SignatureWrong from error


def _stamp_of(signed: Signed, authorities: Authorities | None, now: datetime) -> tuple[datetime, bool | None]:
    content = cms.ContentInfo.load(signed.stamp, strict=True)["content"]
    certificate = extract_certificate_info(content).signer_cert
    # What it stamped while its certificate was valid counts also later, unless that was revoked.
    at = min(now, certificate.not_valid_after)
    context = _context(authorities, signed.evidence, (), at)
    found = asyncio.run(
        validate_tst_signed_data(content, context, lambda name: hashlib.new(name, signed.stamped).digest())
    )
    status = TimestampSignatureStatus(**found)
    if not (status.intact and status.valid):
        raise SignatureWrong
    return status.timestamp, status.trusted if authorities else None


def _standing(
    certificate: x509.Certificate,
    others: Iterable[x509.Certificate],
    authorities: Authorities,
    evidence: Evidence,
    at: datetime,
) -> tuple[Standing, datetime | None]:
    """Return what authorities say of a certificate at a moment; and since when it is revoked, if it is."""
    context = _context(authorities, evidence, others, at)
    try:
        asyncio.run(CertificateValidator(certificate, validation_context=context).async_validate_path())
    except RevokedError as error:
        return "revoked", error.revocation_dt
    except ExpiredError:
        return "expired", None
    except (ValidationError, PathError):
        return "unknown", None
    return "issued", None


def _context(
    authorities: Authorities | None, evidence: Evidence, others: Iterable[x509.Certificate], at: datetime
) -> ValidationContext:
    return ValidationContext(
        trust_roots=[*authorities.certificates] if authorities else [],
        other_certs=[*others],
        crls=[*(authorities.crls if authorities else ()), *evidence.crls],
        ocsps=[*evidence.ocsps],
        moment=at,
        # A list that was made later also says what was revoked before.
        retroactive_revinfo=True,
        allow_fetching=False,
    )
