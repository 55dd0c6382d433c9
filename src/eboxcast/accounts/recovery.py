"""Recovery codes: ten words to sign in with where the app or the passkey is lost, each good for once.

Only digests are kept. Plain SHA-256 is enough: each is 80 random bits, not a password; and it holds where the secret
of the installation was changed, with which the secrets of apps are lost.
"""

from __future__ import annotations

import base64
import hashlib
import secrets

from eboxcast.accounts.models import Account, RecoveryCode
from eboxcast.lib import clock

COUNT = 10
_BYTES = 10
_GROUP = 4


def make_codes(account: Account) -> list[str]:
    """Return new codes, the only time; those of before hold no more."""
    codes = [_text(secrets.token_bytes(_BYTES)) for _ in range(COUNT)]
    account.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(account=account, digest=_digest(code)) for code in codes)
    return codes


def use_code(account: Account, text: str) -> bool:
    """Use a code up; return whether there was such a one that had not been used."""
    unused = RecoveryCode.objects.filter(account=account, digest=_digest(text), used_at=None)
    return unused.update(used_at=clock.now()) == 1


def codes_left(account: Account) -> int:
    """Return how many were not used yet."""
    return account.recovery_codes.filter(used_at=None).count()


def _text(raw: bytes) -> str:
    text = base64.b32encode(raw).decode().lower()
    return "-".join(text[place : place + _GROUP] for place in range(0, len(text), _GROUP))


def _digest(text: str) -> bytes:
    plain = "".join(sign for sign in text.lower() if sign.isalnum())
    return hashlib.sha256(plain.encode()).digest()
