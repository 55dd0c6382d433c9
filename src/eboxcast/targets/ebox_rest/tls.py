"""Whom we trust and who we are: the TLS context of a provider, made once for each process."""

from __future__ import annotations

import ssl
from functools import cache
from pathlib import Path

from eboxcast.targets.ebox_rest.options import EboxRestOptions
from eboxcast.targets.options import TargetsFileWrong


def tls_of(options: EboxRestOptions) -> ssl.SSLContext | None:
    """Return the context for a provider's addresses, None where all of them are plain. Raises TargetsFileWrong."""
    addresses = (options.base_url, options.token_url, options.federation_url)
    if not any(address.startswith("https://") for address in addresses):
        return None
    return _context(options.authority_file, options.certificate_file, options.certificate_key_file)


@cache
def _context(authority: Path | None, certificate: Path | None, key: Path | None) -> ssl.SSLContext:
    context = _trusting(authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate:
        try:
            # A key with a pass phrase would ask for it on the terminal; an empty one fails instead.
            context.load_cert_chain(certificate, key, password="")
        except (OSError, ValueError) as cause:
            raise _wrong(certificate, "certificate_file", cause) from None
    return context


def _trusting(authority: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=authority)
    except (OSError, ValueError) as cause:
        raise _wrong(authority, "authority_file", cause) from None


def _wrong(path: Path | None, place: str, cause: Exception) -> TargetsFileWrong:
    return TargetsFileWrong(file=path.name if path else "-", place=place, problem=type(cause).__name__)
