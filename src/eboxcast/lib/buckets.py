"""Recipient keys and the buckets they are stored in (design §5).

A recipient key is an int64: ``kind * 10**12 + number``; kind 0 is a citizen (the number is the NISS), kind 1 an
enterprise (the number is the CBE number). Its bucket is the key modulo the prime of the environment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:  # the settings read a number below; numpy takes 40 ms to import, and most commands need none
    import numpy as np
    from numpy.typing import NDArray

Keys: TypeAlias = "NDArray[np.int64]"

KIND_FACTOR = 10**12
CITIZEN = 0
ENTERPRISE = 1
DEFAULT_PRIME = 16_381

# A key is below 2**41, so bucket and key fit in one int64 and one sort orders both.
_KEY_BITS = 41
_KEY_MASK = (1 << _KEY_BITS) - 1
LARGEST_PRIME = 1 << (63 - _KEY_BITS)


def bucket_of(key: int, prime: int) -> int:
    """Return the bucket of one recipient key."""
    return key % prime


def in_bucket_order(keys: Keys, prime: int) -> tuple[NDArray[np.int32], Keys]:
    """Return the buckets and the keys, both in the order (bucket, key)."""
    combined = keys % prime
    combined <<= _KEY_BITS
    combined |= keys
    combined.sort()
    buckets = (combined >> _KEY_BITS).astype("int32")
    combined &= _KEY_MASK
    return buckets, combined
