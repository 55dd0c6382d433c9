"""Timestamps (RFC 3161): a statement of an authority that something existed at a moment."""

from __future__ import annotations

import asyncio
import hashlib

from asn1crypto import cms, x509
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper

_SECONDS = 10


class NoTimestamp(Exception):
    """The timestamp authority gave none."""


def stamper_of(authority: str) -> TimeStamper:
    """Return what asks an authority, by its address."""
    return HTTPTimeStamper(authority, timeout=_SECONDS)


def stamp(content: bytes, stamper: TimeStamper) -> bytes:
    """Have an authority stamp the digest of something; return what it says. Raises NoTimestamp."""
    asked = stamper.async_timestamp(hashlib.sha256(content).digest(), "sha256")
    try:
        return bytes(asyncio.run(asked).dump())
    except (OSError, ValueError) as error:
        raise NoTimestamp from error


def try_out(stamper: TimeStamper) -> bytes:
    """Return an example of what an authority says; it is asked once. Raises NoTimestamp."""
    try:
        return bytes(asyncio.run(stamper.async_dummy_response("sha256")).dump())
    except (OSError, ValueError) as error:
        raise NoTimestamp from error


def certificates_in(token: bytes) -> tuple[x509.Certificate, ...]:
    """Return the certificate of the authority that stamped something, then the others that came with it."""
    found = extract_certificate_info(cms.ContentInfo.load(token)["content"])
    return (found.signer_cert, *found.other_certs)
