"""SHA-256 digests of files, values and audiences."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping

from eboxcast.lib.buckets import Keys

SALT_BYTES = 32


def digest(content: bytes) -> bytes:
    """Return the SHA-256 of some bytes (32 bytes)."""
    return hashlib.sha256(content).digest()


def digest_of_values(values: Mapping[str, object]) -> bytes:
    """Return the SHA-256 of plain values, the same whatever their order."""
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return digest(text.encode())


def new_salt() -> bytes:
    """Return 32 random bytes."""
    return secrets.token_bytes(SALT_BYTES)


def digest_of_keys(salt: bytes, ascending: Keys) -> bytes:
    """Return the SHA-256 over the salt, then the ascending keys as 8 bytes big-endian each (design §5)."""
    running = hashlib.sha256(salt)
    step = 1 << 17
    for start in range(0, len(ascending), step):
        running.update(ascending[start : start + step].astype(">i8").tobytes())
    return running.digest()
