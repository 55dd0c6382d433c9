"""What is at an address of the web, instead of in a file."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from time import monotonic
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

import urllib3

from eboxcast.lib.errors import Trouble, WrongUse
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_
from eboxcast.reports.proofs import AuthoritiesUnclear

_SECONDS = 30
"""For each answer on the network; all together may take twice as long."""
_BLOCK = 1 << 16
_HERE = ("localhost", "127.0.0.1", "::1")


class NotFetched(Trouble):
    """What is at an address did not come."""

    code = "proof.not-fetched"
    sentence = N_("{address} could not be fetched: {reason}.")
    remedy = N_("Try again later, or give the file instead.")


class AddressPlain(WrongUse):
    """Anyone on the way could hold back what is new."""

    code = "proof.address-plain"
    sentence = N_("{address} is not a secure address.")
    remedy = N_("Give an https address. Only on this machine itself, http is enough.")


def is_address(text: str) -> bool:
    """Return whether what was given is an address of the web rather than a file."""
    return text.startswith(("http://", "https://"))


def content_at(address: str, asked: Mapping[str, str], *, most: int, authority: Path | None = None) -> bytes:
    """Return what is at an address, where it is not too much; redirects are not followed.

    ``authority`` is trusted instead of those that this machine trusts. Raises AddressPlain, AuthoritiesUnclear,
    NotFetched.
    """
    shown = mask_and_strip(address)
    context = _trusting(authority)
    try:
        parts = urlsplit(address)
        if parts.scheme != "https" and parts.hostname not in _HERE:
            raise AddressPlain(address=shown)
        with urllib3.PoolManager(retries=False, timeout=_SECONDS, ssl_context=context) as pool:
            status, content = _answer(pool, _with(parts, asked), most)
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise NotFetched(address=shown, reason=_reason(error)) from error
    if status != HTTPStatus.OK or len(content) > most:
        raise NotFetched(address=shown, reason=str(status))
    return content


def _trusting(authority: Path | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=authority)
    except (OSError, ValueError):
        raise AuthoritiesUnclear(file=mask_and_strip(str(authority))) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _with(parts: SplitResult, asked: Mapping[str, str]) -> str:
    """Return an address that asks for something, besides what it asks for by itself."""
    own = [one for one in parse_qsl(parts.query, keep_blank_values=True) if one[0] not in asked]
    return parts._replace(query=urlencode([*own, *asked.items()]), fragment="").geturl()


def _answer(pool: urllib3.PoolManager, address: str, most: int) -> tuple[int, bytes]:
    """Return the status and the content, or its beginning where it is too much. Raises TimeoutError and others."""
    ends_at = monotonic() + 2 * _SECONDS
    answer = pool.request("GET", address, redirect=False, preload_content=False, decode_content=False)
    content = bytearray()
    try:
        while len(content) <= most and (block := answer.read1(_BLOCK)):
            content += block
            if monotonic() > ends_at:
                raise TimeoutError
    finally:
        answer.close()
    return answer.status, bytes(content)


def _reason(error: Exception) -> str:
    """Return what is wrong: with a certificate, in the words of OpenSSL."""
    cause = error.args[0] if isinstance(error, urllib3.exceptions.SSLError) else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return cause.verify_message.rstrip(".")
    return type(error).__name__
