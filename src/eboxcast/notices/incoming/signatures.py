"""Who signed a mail: the domain of its sender, or nobody (DKIM, RFC 6376).

A signature covers the body and the headers it names. What decides how the body is read has to be among them, and to be
there once: else the words of a signed mail could be shown as others.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from dkim import DKIM
from dkim.dnsplug import get_txt

from eboxcast.notices.incoming.parsing import IncomingMail

FindKey = Callable[..., bytes | None]
"""Asks the name servers for a text: ``find_key(name, timeout=5)``."""
ask_name_servers: FindKey = get_txt

_ALGORITHMS = (b"rsa-sha256", b"ed25519-sha256")
"""SHA-1 is none any more (RFC 8301)."""
_NEEDED = (b"from", b"message-id")
_SIGNED_IF_THERE = (b"content-type", b"content-transfer-encoding")
_MOST_SIGNATURES = 5
_SHORTEST_KEY = 2048
_BARE_RETURN = re.compile(rb"\r(?!\n)")


def signing_domain(raw: bytes, mail: IncomingMail, *, find_key: FindKey) -> str:
    """Return the domain of the sender where it signed this mail; else nothing. It asks the network."""
    domain = mail.sender.rpartition("@")[2].casefold()
    if mail.sender_count != 1 or not domain or not mail.message_id or _BARE_RETURN.search(raw):
        return ""
    signed = any(_is_signed(raw, number, domain, find_key) for number in range(_MOST_SIGNATURES))
    return domain if signed else ""


def _is_signed(raw: bytes, number: int, domain: str, find_key: FindKey) -> bool:
    try:
        signature = DKIM(raw, minkey=_SHORTEST_KEY)
        names_domain = signature.verify_headerprep(number) and _domain_of(signature) == domain
        return names_domain and signature.verify(idx=number, dnsfunc=find_key) and _covers_enough(signature)
    except Exception:  # whatever the library stumbles over: nobody signed it
        return False


def _domain_of(signature: DKIM) -> str:
    return bytes(signature.domain).decode("ascii", "replace").casefold()


def _covers_enough(signature: DKIM) -> bool:
    fields, signed = signature.signature_fields, signature.include_headers
    names = [name.lower() for name, _ in signature.headers]
    return (
        fields[b"a"] in _ALGORITHMS
        and b"l" not in fields  # the length of the body that it covers: more could be added
        and all(names.count(name) == 1 and name in signed for name in _NEEDED)
        and all(names.count(name) <= min(1, signed.count(name)) for name in _SIGNED_IF_THERE)
    )
