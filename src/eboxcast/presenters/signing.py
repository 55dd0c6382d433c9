"""What is signed, in its form for programs; and the keys, as those who verify need them."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from eboxcast.audit.models import SigningKey
from eboxcast.audit.signing import sign, sign_document
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib.masking import mask_and_strip
from eboxcast.presenters.json import json_text
from eboxcast.reports.certificate_page import page_of
from eboxcast.reports.schemas import CERTIFICATE_KIND, Certificate, SigningKeys, SigningKeyShown


def signed_certificate(certificate: Certificate) -> str:
    """Return a certificate with the signature of the installation, as one line. Raises NothingSigns, KeyClosed."""
    with sanitized_db_errors():
        return sign(json_text(certificate).encode(), kind=CERTIFICATE_KIND)


def signed_document(certificate: Certificate, language: str) -> bytes:
    """Return a certificate as PDF/A, signed, with its form for programs attached. Raises NothingSigns, KeyClosed."""
    from eboxcast.reports.page_pdf import pdf_of  # fonts and drawing take 0.3 s to import

    page, content = page_of(certificate, language), json_text(certificate).encode()
    with sanitized_db_errors():
        return sign_document(lambda at: pdf_of(page, attached=content, name=f"{certificate.kind}.json", at=at))


def keys_shown(keys: Iterable[SigningKey]) -> SigningKeys:
    """Return the keys for those who verify: nothing with which one could sign."""
    return SigningKeys(keys=tuple(map(_shown, keys)))


def _shown(key: SigningKey) -> SigningKeyShown:
    return SigningKeyShown(
        number=key.number,
        fingerprint=key.fingerprint,
        name=mask_and_strip(key.name),
        certificate=base64.b64encode(bytes(key.certificate)).decode(),
        made_at=key.made_at,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
        reason=mask_and_strip(key.reason) or None,
    )
