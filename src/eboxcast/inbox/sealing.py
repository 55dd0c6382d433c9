"""What the browser of a recipient keeps for us, encrypted: no server has a list of who is signed in, no query asks it.

The control database holds no recipient (design of the data), and eleven million people may come on one evening.
Authenticated encryption (Fernet) with a key derived from the secret of the installation; the time is inside.
"""

from __future__ import annotations

import base64
import json
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from eboxcast.lib import clock

_KEY_BYTES = 32


def seal(values: dict[str, Any], *, purpose: str) -> str:
    """Return values as only this installation can read them, for one purpose."""
    text = json.dumps(values, separators=(",", ":"), ensure_ascii=False)
    return _fernet(settings.SECRET_KEY, purpose).encrypt_at_time(text.encode(), _now()).decode()


def unseal(text: str, *, purpose: str, seconds: int) -> dict[str, Any] | None:
    """Return what was sealed for this purpose so few seconds ago, or None."""
    try:
        plain = _fernet(settings.SECRET_KEY, purpose).decrypt_at_time(text.encode(), seconds, _now())
        values: dict[str, Any] = json.loads(plain)
    except (InvalidToken, ValueError):
        return None
    return values


def give(response: HttpResponseBase, name: str, text: str, *, path: str, seconds: int) -> None:
    """Have the browser keep a sealed text, out of the reach of scripts and of other sites."""
    response.set_cookie(
        name,
        text,
        max_age=seconds,
        path=path,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",  # the identity provider sends people back from another site
    )


def take(request: HttpRequest, name: str) -> str:
    """Return what the browser kept."""
    return request.COOKIES.get(name, "")


@cache
def _fernet(secret: str, purpose: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=f"eboxcast inbox {purpose}".encode())
    return Fernet(base64.urlsafe_b64encode(derived.derive(secret.encode())))


def _now() -> int:
    return int(clock.now().timestamp())
