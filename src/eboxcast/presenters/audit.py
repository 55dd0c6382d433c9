"""The audit as it is shown, made from its entries and seals."""

from __future__ import annotations

from collections.abc import Sequence

from eboxcast.audit.dropping import Ended
from eboxcast.audit.selectors import Head, SealedEntry
from eboxcast.audit.verification import Verification
from eboxcast.presenters.schemas.audit import (
    AuditEntry,
    AuditExpiry,
    AuditFault,
    AuditHead,
    AuditList,
    AuditVerdict,
    AuditYear,
)


def audit_list(entries: Sequence[SealedEntry], *, more: bool) -> AuditList:
    """Return some entries, oldest first."""
    return AuditList(entries=tuple(map(_entry, entries)), more=more)


def audit_head(head: Head) -> AuditHead:
    """Return the head of the audit."""
    return AuditHead(number=head.number, sha256=head.digest.hex(), anchor=str(head))


def years_due(years: Sequence[int]) -> AuditExpiry:
    """Return the years that would be deleted."""
    return AuditExpiry(dry_run=True, years=tuple(AuditYear(year=year, entries=None, anchor=None) for year in years))


def years_deleted(gone: Sequence[Ended]) -> AuditExpiry:
    """Return the years that were deleted."""
    years = (AuditYear(year=year.segment, entries=year.entries, anchor=str(year.head)) for year in gone)
    return AuditExpiry(dry_run=False, years=tuple(years))


def audit_verdict(found: Verification) -> AuditVerdict:
    """Return what verifying found."""
    return AuditVerdict(
        good=found.good,
        seals=found.seals,
        entries=found.entries,
        gone=found.gone,
        unsealed=found.unsealed,
        first=found.first,
        head=str(found.head) if found.head else None,
        proved_to=found.proved_to,
        kept_to=found.kept_to,
        too_old=found.too_old,
        fault_count=found.fault_count,
        faults=tuple(AuditFault(wrong=one.wrong.value, number=one.number, entry=one.entry) for one in found.faults),
    )


def _entry(entry: SealedEntry) -> AuditEntry:
    return AuditEntry(
        number=entry.number,
        sealed_at=entry.sealed_at,
        entry=entry.id,
        at=entry.at,
        by=entry.by,
        action=entry.action,
        environment=entry.environment or None,
        broadcast=str(entry.broadcast) if entry.broadcast else None,
        run=str(entry.run) if entry.run else None,
        data=entry.data,
    )
