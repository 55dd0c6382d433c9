"""What run and release both keep about the package they are of: files, digests, policies, who. No recipient.

It is stored as JSON in both databases, so that each can tell it when the other was restored to a time before it, and
the certificate is made of it. Digests are hexadecimal SHA-256; names of files are masked before they come here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any


@dataclass(frozen=True, kw_only=True)
class DocumentRecord:
    """The document."""

    file_name: str
    digest: str
    size: int
    page_count: int | None
    """None where it has no pages."""


@dataclass(frozen=True, kw_only=True)
class MetadataRecord:
    """The metadata."""

    file_name: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class ListRecord:
    """One recipient list as it was read; in a retry, those whom the earlier run did not reach."""

    file_name: str
    digest: str
    size: int
    """Bytes; 0 where there is no file."""
    encoding: str
    separator: str
    column: str | None
    rows: int
    excluded: int
    merged: int
    recipients: int
    faults: Mapping[str, int]
    """How many of each code, of ``package.faults``."""
    sheet: str | None = None
    """Of a spreadsheet, the sheet that was read."""


@dataclass(frozen=True, kw_only=True)
class PolicyRecord:
    """What the sender chose, in the words of ``package.model``."""

    duplicates: str
    faulty_rows: str
    sheet: str | None = None
    column: str | None = None


@dataclass(frozen=True, kw_only=True)
class PackageRecord:
    """What is kept about a package."""

    document: DocumentRecord
    metadata: MetadataRecord
    lists: tuple[ListRecord, ...]
    policies: PolicyRecord
    moved: int
    """Rows whose number was replaced by the person's newer one."""
    adds: bool
    """Whether it publishes a message that others already have (``--add``)."""
    by: str
    """The login of who prepared it."""
    procedure: str
    """Whether the procedure was followed then: ``on`` or ``off``."""
    retry_of: str | None = None
    """The run whose recipients it tries again, where it does."""
    already: tuple[int, ...] | None = None
    """For each list, who has the message from an earlier release; None until it is stored."""

    def is_of_same_files(self, other: PackageRecord) -> bool:
        """Say whether two are of the same files with the same choices, whoever prepared them."""
        return replace(self, by="", already=None) == replace(other, by="", already=None)

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored; what is not known is left out."""
        stored = asdict(self)
        for name in ("retry_of", "already"):
            if stored[name] is None:
                del stored[name]
        return stored

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> PackageRecord:
        """Return what was stored."""
        already = stored.get("already")
        return cls(
            document=DocumentRecord(**stored["document"]),
            metadata=MetadataRecord(**stored["metadata"]),
            lists=tuple(ListRecord(**part) for part in stored["lists"]),
            policies=PolicyRecord(**stored["policies"]),
            moved=stored["moved"],
            adds=stored["adds"],
            by=stored["by"],
            procedure=stored["procedure"],
            retry_of=stored.get("retry_of"),
            already=None if already is None else tuple(already),
        )
