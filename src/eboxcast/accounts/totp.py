"""One-time codes of an app (RFC 6238): six digits that change every thirty seconds.

The app goes by the time of the world, also where the clock of a demo or test installation was moved.
"""

from __future__ import annotations

import base64
import secrets
from hmac import compare_digest
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from eboxcast.lib import clock

DIGITS = 6
SECONDS = 30
_ISSUER = "eboxcast"
_SECRET_BYTES = 20
_LATE_STEPS = 1
"""How many steps a phone may be slow or fast."""


def new_secret() -> bytes:
    """Return what an app and we share: as many bytes as the hash has."""
    return secrets.token_bytes(_SECRET_BYTES)


def text_of(secret: bytes) -> str:
    """Return a secret as people type it into an app."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def address_of(secret: bytes, name: str) -> str:
    """Return the address that the QR code holds (Key URI Format)."""
    query = urlencode({"secret": base64.b32encode(secret).decode().rstrip("="), "issuer": _ISSUER})
    return f"otpauth://totp/{quote(f'{_ISSUER}:{name}')}?{query}"


def fitting_step(secret: bytes, code: str) -> int | None:
    """Return the step of time that a code is of; None for a wrong one. Each takes as long as any other."""
    given = "".join(code.split()).encode()
    now = _step_now()
    fitting = [step for step in _steps_around(now) if compare_digest(code_at(secret, step).encode(), given)]
    return max(fitting, default=None)


def code_at(secret: bytes, step: int) -> str:
    """Return the code of a step of time."""
    # SHA-1 is what every app knows; of a keyed digest its collisions take nothing away.
    return TOTP(secret, DIGITS, SHA1(), SECONDS).generate(step * SECONDS).decode()  # noqa: S303


def code_now(secret: bytes, *, later: int = 0) -> str:
    """Return what the app shows now, or some steps later."""
    return code_at(secret, _step_now() + later)


def _steps_around(now: int) -> range:
    return range(now - _LATE_STEPS, now + _LATE_STEPS + 1)


def _step_now() -> int:
    return int((clock.now() - clock.offset()).timestamp()) // SECONDS
