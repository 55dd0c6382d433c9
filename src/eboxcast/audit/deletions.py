"""What was deleted of a broadcast, when and by which rule: told by its entries, as a file that is signed by itself.

No Django: who verifies has no database.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # cryptography takes a tenth of a second to import
    from eboxcast.lib.signatures import Signed

FORMAT = "eboxcast.deletions/1"
KIND = "eboxcast-deletions"
"""What stands in the signature."""
ACTIONS = frozenset({"run.personal_data_deleted", "notice.texts_deleted", "broadcast.files_deleted"})
"""The entries that say that something was deleted."""
_TOLD = ("at", "by", "action", "environment", "run", "data")


def deletions_in(entries: Iterable[tuple[int, str | bytes]]) -> Iterator[dict[str, Any]]:
    """Yield what entries say that was deleted, each with the number of its seal."""
    for number, entry in entries:
        told = json.loads(entry)
        if told["action"] in ACTIONS:
            yield {"seal": number, **{name: told[name] for name in _TOLD}}


def statement_of(broadcast: str, head: str, deletions: Iterable[dict[str, Any]]) -> bytes:
    """Return the file: all that was deleted until a head, and nothing else."""
    told = {"format": FORMAT, "broadcast": broadcast, "head": head, "deletions": list(deletions)}
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


@dataclass(frozen=True, kw_only=True)
class SignedDeletions:
    """The account as it was signed, alone."""

    broadcast: str
    head: str
    deletions: tuple[dict[str, Any], ...]
    signed: Signed


def read_signed_deletions(content: bytes) -> SignedDeletions | None:
    """Return the account in a file where it is signed and whole; None where it is something else."""
    from eboxcast.lib.signatures import SignatureWrong, read_signed  # cryptography takes long to import

    try:
        signed = read_signed(content.decode("ascii"), kind=KIND)
        told = json.loads(signed.payload)
        return SignedDeletions(
            broadcast=str(told["broadcast"]),
            head=str(told["head"]),
            deletions=tuple(deletions_told(signed.payload)),
            signed=signed,
        )
    except (SignatureWrong, ValueError, KeyError, TypeError, RecursionError):
        return None


def deletions_told(content: bytes) -> list[dict[str, Any]]:
    """Return what the file says that was deleted. Raises ValueError where it is none."""
    told = json.loads(content)
    if not isinstance(told, dict) or told.get("format") != FORMAT or not isinstance(told.get("deletions"), list):
        raise ValueError
    return [dict(one) for one in told["deletions"]]
