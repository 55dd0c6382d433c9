"""Signing a PDF and verifying it by the file alone: PAdES (ETSI EN 319 142-1), level B-B; B-T with a timestamp.

Trust comes from where it comes from for JWS (``signatures.py``): who verifies compares the fingerprint of the
certificate. What a reader of PDF says of it depends on what that machine trusts.
"""

from __future__ import annotations

import io
import logging
from datetime import datetime

from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from eboxcast.lib.signatures import SignatureWrong, Signed, Signer, fingerprint_of

_FIELD = "Signature"
_SECONDS = 10
_BROKEN = (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, RecursionError)
"""What the library meets in a file that was cut or put together by somebody else."""
# It writes to the log what it finds; who verifies is told by what is returned.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)


class NoTimestamp(Exception):
    """The timestamp authority gave none."""


def sign_pdf(content: bytes, signer: Signer, *, at: datetime, authority: str = "") -> bytes:
    """Return a PDF with an invisible signature over all of it, stamped by an authority (RFC 3161) where one is named.

    Raises NoTimestamp.
    """
    (certificate,) = load_certs_from_pemder_data(signer.certificate)
    with_key = SimpleSigner(
        signing_cert=certificate,
        signing_key=load_private_key_from_pemder_data(signer.private_key(), passphrase=None),
        cert_registry=SimpleCertificateStore.from_certs([certificate]),  # type: ignore[no-untyped-call]
    )
    form = PdfSignatureMetadata(field_name=_FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
    stamper = HTTPTimeStamper(authority, timeout=_SECONDS) if authority else None
    try:
        signed = _SignerAt(form, with_key, at=at, stamper=stamper).sign_pdf(_Archived(io.BytesIO(content)))
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
        stamp = status.timestamp_validity
        whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE and (
            stamp is None or (stamp.intact and stamp.valid)
        )
        if not (status.intact and status.valid and whole):
            raise SignatureWrong
        attached = _attached(reader)
        signed_at = signature.self_reported_timestamp
    except (PdfError, *_BROKEN) as error:
        raise SignatureWrong from error
    if signed_at is None:
        raise SignatureWrong
    return Signed(payload=attached, fingerprint=fingerprint_of(certificate.dump()), signed_at=signed_at)


class _SignerAt(PdfSigner):
    """Signs at a moment of our clock instead of that of the machine."""

    def __init__(
        self, form: PdfSignatureMetadata, signer: SimpleSigner, *, at: datetime, stamper: TimeStamper | None
    ) -> None:
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
