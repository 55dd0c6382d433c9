"""What is stored and what came of it, as plain values: targets work with these and know no Django."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from eboxcast.lib.buckets import Keys
from eboxcast.lib.digests import digest_of_values
from eboxcast.mailboxes.package_record import PackageRecord

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Names = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Identity:
    """By which a message is known: unique in an environment while it is not freed."""

    institution: str
    application: str
    ticket: str
    sequence: int | None

    def lock(self) -> int:
        """Return the number of the advisory lock for decisions about it (int64)."""
        return int.from_bytes(digest_of_values(asdict(self))[:8], signed=True)


@dataclass(frozen=True, kw_only=True)
class NewMessage:
    """A message as it is stored. Its content is the pair of digests."""

    identity: Identity
    document: bytes
    document_digest: bytes
    metadata_digest: bytes
    institution_names: Names
    application_names: Names
    type_code: str
    type_names: Names
    ebox_type: str
    language: str
    title: str
    file_name: str
    media_type: str
    metas: Mapping[str, tuple[str, ...]]
    validity_number: int
    validity_unit: str


@dataclass(frozen=True, kw_only=True)
class NewRelease:
    """What a run wants stored. ``keys`` are ascending and unique; ``list_of_key`` says from which list each comes."""

    run: UUID
    message: NewMessage
    keys: Keys
    list_of_key: NDArray[np.uint16]
    list_count: int
    in_hand: Mapping[UUID, str]
    """Runs of the same identity that the control database holds to be under way, with their state."""
    package: PackageRecord
    rejected_rows: Sequence[bytes]


@dataclass(frozen=True, kw_only=True)
class Stored:
    """The run whose release now holds the recipients, and the runs whose place it took."""

    run: UUID
    superseded: tuple[UUID, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Launched:
    """That a release is visible, and which earlier rounds ended with it."""

    visible_at: datetime
    recalled: tuple[UUID, ...]
