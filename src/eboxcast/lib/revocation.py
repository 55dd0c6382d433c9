"""Asking the issuers of certificates whether these are revoked, and keeping their answers (RFC 5280, RFC 6960)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from asn1crypto import x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathError, RevokedError, ValidationError
from pyhanko_certvalidator.fetchers.requests_fetchers import RequestsFetcherBackend

from eboxcast.lib.signatures import Evidence

_SECONDS = 10


class RevokedByIssuer(Exception):
    """The issuer says that a certificate is revoked."""


class IssuerSilent(Exception):
    """A certificate says where to ask, and there is no good answer."""


def ask_issuers(certificates: Sequence[x509.Certificate], *, at: datetime) -> Evidence:
    """Return what the issuers of a certificate say; the others are those above it, the highest is taken as it is.

    Nothing where no certificate says where to ask. Raises RevokedByIssuer, IssuerSilent.
    """
    certificate, *above = certificates
    if not above:
        return Evidence()
    context = ValidationContext(
        trust_roots=[_highest(certificates)],
        other_certs=above,
        moment=at,
        allow_fetching=True,
        fetcher_backend=RequestsFetcherBackend(per_request_timeout=_SECONDS),
        # An authority that says where to ask must answer; one that says nothing is not asked.
        revocation_mode="hard-fail",
    )
    try:
        asyncio.run(CertificateValidator(certificate, validation_context=context).async_validate_path())
    except RevokedError as error:
        raise RevokedByIssuer from error
    except (ValidationError, PathError, OSError, ValueError) as error:
        raise IssuerSilent from error
    return Evidence(
        crls=tuple(one.dump() for one in context.crls),
        ocsps=tuple(one.dump() for one in context.ocsps),
    )


def _highest(certificates: Sequence[x509.Certificate]) -> x509.Certificate:
    """Return the one whose issuer is not among them, or which is its own."""
    found = certificates[0]
    for _ in certificates:
        found = next((one for one in certificates if one.subject == found.issuer and one != found), found)
    return found
