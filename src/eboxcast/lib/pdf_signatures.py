"""Signing a PDF and verifying it by the file alone: PAdES (ETSI EN 319 142-1), level B-B; B-T with a timestamp; B-LT
with what the issuers of certificates say.

Trust comes from where it comes from for JWS (``signatures.py``): who verifies compares the fingerprint of the
certificate. What a reader of PDF says of it depends on what that machine trusts.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

from asn1crypto import crl, ocsp, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.general import find_cms_attribute_iter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers import Signer as PdfCMSSigner
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation import DocumentSecurityStore, validate_pdf_signature
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from eboxcast.lib.signatures import BROKEN, Evidence, Key, SignatureWrong, Signed, Signer
from eboxcast.lib.timestamps import NoTimestamp

_FIELD = "Signature"
_LONGEST = 72
"""How many bytes a signature with a key on P-256 has at most."""


def sign_pdf(
    content: bytes,
    signer: Signer,
    *,
    at: datetime,
    stamper: TimeStamper | None = None,
    evidence: Evidence | None = None,
) -> bytes:
    """Return a PDF with an invisible signature over all of it, stamped by an authority (RFC 3161) where one is given.

    What the issuers of certificates say is put in before it is signed, so that nothing is added later.
    Raises NoTimestamp.
    """
    certificates = [x509.Certificate.load(one) for one in signer.certificates]
    paper = _Archived(io.BytesIO(content))
    if evidence is not None and (evidence.crls or evidence.ocsps):
        crls, ocsps = map(crl.CertificateList.load, evidence.crls), map(ocsp.OCSPResponse.load, evidence.ocsps)
        DocumentSecurityStore.supply_dss_in_writer(paper, None, certs=certificates, crls=crls, ocsps=ocsps)
    form = PdfSignatureMetadata(field_name=_FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
    try:
        signed = _SignerAt(form, _Hand(signer.pair, certificates), at=at, stamper=stamper).sign_pdf(paper)
    except (OSError, ValueError, PdfError) as error:
        if stamper is None:
            raise
        raise NoTimestamp from error
    return bytes(signed.getvalue())


def read_signed_pdf(content: bytes) -> Signed:
    """Return the file that is attached to a signed PDF to which nothing was added. Raises SignatureWrong."""
    try:
        reader = PdfFileReader(io.BytesIO(content))
        signature = reader.embedded_regular_signatures[0]
        certificate = signature.signer_cert
        trusted = ValidationContext(trust_roots=[certificate], allow_fetching=False)
        status = validate_pdf_signature(signature, signer_validation_context=trusted)
        if not (status.intact and status.valid and status.coverage == SignatureCoverageLevel.ENTIRE_FILE):
            raise SignatureWrong
        stamps = find_cms_attribute_iter(signature.signer_info["unsigned_attrs"], "signature_time_stamp_token")
        signed_at = signature.self_reported_timestamp
        if signed_at is None:
            raise SignatureWrong
        return Signed(
            payload=_attached(reader),
            signed_at=signed_at,
            certificates=tuple(one.dump() for one in (certificate, *signature.other_embedded_certs)),
            stamp=next((one.dump() for one in stamps), None),
            stamped=signature.signer_info["signature"].native,
            evidence=_evidence_in(reader),
        )
    except (PdfError, *BROKEN) as error:
        raise SignatureWrong from error


def _evidence_in(reader: PdfFileReader) -> Evidence:
    try:
        found = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return Evidence()
    crls, ocsps = (tuple(one.get_object().data for one in kept) for kept in (found.crls, found.ocsps))
    return Evidence(crls=crls, ocsps=ocsps)


class _Hand(PdfCMSSigner):
    """Signs with a key wherever that is: the library would only take one that can be read."""

    def __init__(self, pair: Key, certificates: Sequence[x509.Certificate]) -> None:
        store = SimpleCertificateStore.from_certs(certificates)  # type: ignore[no-untyped-call]
        super().__init__(signing_cert=certificates[0], cert_registry=store)
        self._pair = pair

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return bytes(_LONGEST) if dry_run else self._pair.sign(data, ec.ECDSA(hashes.SHA256()))


class _SignerAt(PdfSigner):
    """Signs at a moment of our clock instead of that of the machine."""

    def __init__(self, form: PdfSignatureMetadata, signer: _Hand, *, at: datetime, stamper: TimeStamper | None) -> None:
        super().__init__(form, signer, timestamper=stamper)
        self._at = at

    def init_signing_session(self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self._at
        return session


class _Archived(IncrementalPdfFileWriter):
    """Leaves the version of the file: PDF/A-3 is of PDF 1.7, and the library takes 2.0 for keys on this curve."""

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        """Do nothing."""


def _attached(document: PdfFileReader) -> bytes:
    """Return the one file that is attached."""
    _, file = document.root["/Names"]["/EmbeddedFiles"]["/Names"]
    return bytes(file.get_object()["/EF"]["/F"].data)
