"""What others keep for us, or what stands in a database, readable by this installation alone, each for one purpose.

Authenticated encryption (Fernet) with a key derived from the secret of the installation; the time is inside.
"""

from __future__ import annotations

import base64
from functools import cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from eboxcast.lib import clock

_KEY_BYTES = 32


def seal(text: str, *, secret: str, purpose: str) -> str:
    """Return a text as only who has the secret can read it, for one purpose."""
    return _fernet(secret, purpose).encrypt_at_time(text.encode(), _now()).decode()


def unseal(text: str, *, secret: str, purpose: str, seconds: int | None = None) -> str | None:
    """Return what was sealed for this purpose, so few seconds ago where they are given; or None."""
    fernet = _fernet(secret, purpose)
    try:
        if seconds is None:
            return fernet.decrypt(text.encode()).decode()
        return fernet.decrypt_at_time(text.encode(), seconds, _now()).decode()
    except (InvalidToken, ValueError):
        return None


@cache
def _fernet(secret: str, purpose: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=f"eboxcast {purpose}".encode())
    return Fernet(base64.urlsafe_b64encode(derived.derive(secret.encode())))


def _now() -> int:
    return int(clock.now().timestamp())
