"""Heads as a witness countersigned them: another institution that keeps each head it saw, and signs that it saw it.

A record has one of them on each line, each with the digest of the line before: so it only grows. Read without a
database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from eboxcast.audit.canonical import ROOT, Root, canonical, moment_text
from eboxcast.audit.given_heads import GivenHead, HeadUnclear, read_head
from eboxcast.lib.errors import InputRefused
from eboxcast.lib.merkle import only_grew
from eboxcast.lib.translation import N_

if TYPE_CHECKING:  # cryptography takes a tenth of a second to import
    from eboxcast.lib.signatures import Signer

FORMAT = "eboxcast.audit-witnessed/1"
KIND = "eboxcast-audit-witnessed"
"""What stands in a countersignature."""


class RecordWrong(InputRefused):
    """Something is not a record of a witness, or was changed in it."""

    code = "witness.record-wrong"
    sentence = N_("{file} is not the record of a witness, or it was altered: line {line}.")
    remedy = N_("Give the file exactly as the witness wrote it.")


@dataclass(frozen=True, kw_only=True)
class Witnessed:
    """A head that a witness saw, and signed."""

    head: GivenHead
    countersigned: str
    at: datetime
    """When the witness saw it."""
    witness: str
    """The fingerprint of its key."""
    previous: bytes
    """The digest of the line before."""

    def line(self) -> bytes:
        """Return it as a line of a record."""
        told = {
            "consistency": [one.hex() for one in self.head.path],
            "countersigned": self.countersigned,
            "format": FORMAT,
            "head": self.head.text,
            "since": self.head.since,
        }
        return canonical(told).encode() + b"\n"


def countersign(head: GivenHead, *, after: Witnessed | None, signer: Signer, at: datetime) -> Witnessed:
    """Return a head countersigned; that it goes on from the one before is for the caller to see."""
    previous = _digest(after.line()) if after else ROOT
    signed = signer.sign(canonical(_statement(head, previous, at)).encode(), kind=KIND, at=at)
    return Witnessed(head=head, countersigned=signed, at=at, witness=signer.fingerprint, previous=previous)


def read_record(content: bytes, *, file: str) -> list[Witnessed]:
    """Return all that a witness saw, where each line is signed, follows the one before, and goes on from its head.

    Raises RecordWrong.
    """
    return list(_read(content.splitlines(), file))


def goes_on(head: GivenHead, last: Root) -> bool:
    """Return whether a head is proved to go on from one that was seen before."""
    return only_grew(head.path, old=(last.size, last.root), new=(head.root.size, head.root.root))


def _read(lines: Sequence[bytes], file: str) -> Iterator[Witnessed]:
    last: Witnessed | None = None
    for number, line in enumerate(lines, 1):
        found = _witnessed(line)
        follows = found is not None and (
            last is None or (found.previous == _digest(last.line()) and goes_on(found.head, last.head.root))
        )
        if found is None or not follows:
            raise RecordWrong(file=file, line=number)
        yield found
        last = found


def _witnessed(line: bytes) -> Witnessed | None:
    """Return what is on a line; None where it is not what the witness signed."""
    from eboxcast.lib.signatures import SignatureWrong, read_signed  # as above

    try:
        told = json.loads(line)
        head = read_head(json.dumps({**told, "signed": told["head"]}).encode(), file="")
        signed = read_signed(str(told["countersigned"]), kind=KIND)
        stated = json.loads(signed.payload)
        at, previous = datetime.fromisoformat(stated["at"]), bytes.fromhex(stated["previous"])
    except (SignatureWrong, HeadUnclear, ValueError, KeyError, TypeError, RecursionError):
        return None
    if told.get("format") != FORMAT or stated != _statement(head, previous, at):
        return None
    return Witnessed(
        head=head, countersigned=str(told["countersigned"]), at=at, witness=signed.fingerprint, previous=previous
    )


def _statement(head: GivenHead, previous: bytes, at: datetime) -> dict[str, Any]:
    """Return what a witness signs."""
    return {
        "at": moment_text(at),
        "format": FORMAT,
        "head_sha256": hashlib.sha256(head.text.encode()).hexdigest(),
        "key": head.signed.fingerprint,
        "previous": previous.hex(),
        "root": head.root.root.hex(),
        "size": head.root.size,
    }


def _digest(line: bytes) -> bytes:
    return hashlib.sha256(line.removesuffix(b"\n")).digest()
