"""How an alarm leaves: one signed POST, as standardwebhooks.com describes it, to an address that somebody registered.

No redirect is followed, no proxy of the surroundings is used and nothing of an answer but its status is looked at: an
address that leads to something inside shows nobody anything of it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

import urllib3

from eboxcast import __version__
from eboxcast.notices.transport.ways import Later, Refused

SECONDS = 8
"""The longest a whole call takes: the steward waits for it."""
_CONNECT_SECONDS = 3
_GONE = 410
_GOOD = range(200, 300)
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, kw_only=True)
class Message:
    """What is sent: the same at every try."""

    name: str
    body: str


def post(message: Message, *, address: str, key: bytes) -> None:
    """Send a message. Raises Refused where the other side is gone for good, Later for all else."""
    timeout = urllib3.Timeout(connect=_CONNECT_SECONDS, total=SECONDS)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"eboxcast/{__version__}",
        **signature_of(message, key),
    }
    try:
        with urllib3.PoolManager(num_pools=1, retries=False, timeout=timeout) as pool:
            answer = pool.request(
                "POST", address, body=message.body.encode(), headers=headers, redirect=False, preload_content=False
            )
            answer.close()
    except urllib3.exceptions.HTTPError as lost:
        raise Later(_words_of(lost)) from None
    if answer.status == _GONE:
        raise Refused(f"HTTP {answer.status}")
    if answer.status not in _GOOD:
        raise Later(f"HTTP {answer.status}")


def signature_of(message: Message, key: bytes) -> dict[str, str]:
    """Return the headers that prove from whom a message is, and when it was sent: by the clock of the world."""
    now = str(int(time.time()))
    signed = f"{message.name}.{now}.{message.body}".encode()
    digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return {"webhook-id": message.name, "webhook-timestamp": now, "webhook-signature": f"v1,{digest}"}


def is_fit_address(text: str, *, plain: bool) -> bool:
    """Return whether alarms may go to an address: by HTTPS; ``plain`` allows HTTP to this very machine as well."""
    if not text.isascii() or not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
        has_port = parts.port != 0
    except ValueError:
        return False
    if not parts.hostname or parts.username or parts.password or parts.fragment or not has_port:
        return False
    return parts.scheme == "https" or (plain and parts.scheme == "http" and parts.hostname in LOOPBACK)


def origin_of(address: str) -> str:
    """Return what of an address may be shown: the rest of many is a key."""
    parts = urlsplit(address)
    return SplitResult(parts.scheme, parts.netloc, "", "", "").geturl()


def _words_of(lost: Exception) -> str:
    """Return the kind of trouble; its own words hold the address."""
    cause = getattr(lost, "reason", None) or lost
    return type(cause).__name__
