"""Certificates with which people sign mails (S/MIME, RFC 8550): for which addresses, and by whom they were issued."""

from __future__ import annotations

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from eboxcast.lib.signatures import BROKEN, SignatureWrong


def is_for_address(certificate: bytes, address: str) -> bool:
    """Return whether a certificate (DER) has an address among its alternative names. Raises SignatureWrong.

    Capitals do not count. An address in the name of the owner alone is none: an authority need not have checked it.
    """
    try:
        found = x509.load_der_x509_certificate(certificate).extensions
        names = found.get_extension_for_class(x509.SubjectAlternativeName).value
        known = names.get_values_for_type(x509.RFC822Name)
    except x509.ExtensionNotFound:
        return False
    except BROKEN as error:
        raise SignatureWrong from error
    return address.isascii() and address.lower() in {one.lower() for one in known}


def is_for_mails(certificate: bytes) -> bool:
    """Return whether a certificate (DER) is for signing mails, or not limited to anything. Raises SignatureWrong."""
    try:
        found = {one.value.__class__: one.value for one in x509.load_der_x509_certificate(certificate).extensions}
    except BROKEN as error:
        raise SignatureWrong from error
    basic, usage = found.get(x509.BasicConstraints), found.get(x509.KeyUsage)
    purposes = found.get(x509.ExtendedKeyUsage)
    return (
        not (isinstance(basic, x509.BasicConstraints) and basic.ca)
        and (not isinstance(usage, x509.KeyUsage) or usage.digital_signature or usage.content_commitment)
        and (not isinstance(purposes, x509.ExtendedKeyUsage) or ExtendedKeyUsageOID.EMAIL_PROTECTION in purposes)
    )


def issuer_of(certificate: bytes) -> str:
    """Return the name of who issued a certificate (DER), all of it. Raises SignatureWrong."""
    try:
        return x509.load_der_x509_certificate(certificate).issuer.rfc4514_string()
    except BROKEN as error:
        raise SignatureWrong from error
