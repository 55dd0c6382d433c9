"""Files to verify, and what they are verified with: read whole, and as what they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from eboxcast.audit.given_heads import GivenHead, read_head
from eboxcast.audit.witnessed import Witnessed, read_record
from eboxcast.lib.errors import InputRefused
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_
from eboxcast.package.reading import reason_of
from eboxcast.reports.proofs import read_authorities, read_keys
from eboxcast.reports.schemas import SigningKeys

if TYPE_CHECKING:  # pyHanko takes 0.3 s to import
    from eboxcast.lib.authorities import Authorities


class ProofUnreadable(InputRefused):
    """A file to verify cannot be read."""

    code = "proof.unreadable"
    sentence = N_("{file} could not be read: {reason}.")


def content_of(path: Path) -> bytes:
    """Return what is in a file. Raises ProofUnreadable."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ProofUnreadable(file=mask_and_strip(str(path)), reason=reason_of(error)) from error


def keys_in(path: Path | None) -> SigningKeys | None:
    """Return the keys in a file, where one was given. Raises ProofUnreadable, FileUnclear."""
    return read_keys(content_of(path), file=mask_and_strip(str(path))) if path else None


def authorities_in(path: Path | None) -> Authorities | None:
    """Return the authorities in a file, where one was given. Raises ProofUnreadable, AuthoritiesUnclear."""
    return read_authorities(content_of(path), file=mask_and_strip(str(path))) if path else None


def record_in(path: Path) -> list[Witnessed]:
    """Return what a witness countersigned. Raises ProofUnreadable, RecordWrong."""
    return read_record(content_of(path), file=mask_and_strip(str(path)))


def head_in(path: Path) -> GivenHead:
    """Return the signed head in a file. Raises ProofUnreadable, HeadUnclear."""
    return read_head(content_of(path), file=mask_and_strip(str(path)))
