"""The audit as it is shown: entries, its head, what verifying found, years that were deleted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from eboxcast.lib.schemas import Schema


class AuditEntry(Schema):
    """One entry of the audit."""

    number: int | None
    """the number of its seal; `null` while it is not sealed"""
    sealed_at: datetime | None
    """when it was sealed"""
    entry: int
    """the number of the entry itself"""
    at: datetime
    """when"""
    by: str
    """who"""
    action: str
    """what happened, such as `run.launched`"""
    environment: str | None
    """where, if it is about an environment"""
    broadcast: str | None
    """the broadcast it is about (UUID)"""
    run: str | None
    """the run it is about (UUID)"""
    data: Mapping[str, object]
    """what the entry says ([the audit](audit.md))"""


class AuditList(Schema):
    """Some entries, oldest first; those that are not sealed yet come last."""

    format: Literal["eboxcast.audit-list/1"] = "eboxcast.audit-list/1"
    """the form of this answer"""
    entries: tuple[AuditEntry, ...]
    """the newest entries, oldest first"""
    more: bool
    """whether there are older entries"""


class AuditDetail(Schema):
    """One piece of what an entry says."""

    name: str
    """what it is, in words"""
    value: str
    """its value, in words"""


class AuditLine(Schema):
    """One entry, in the words of its reader."""

    entry: AuditEntry
    """the entry itself"""
    sentence: str
    """what happened"""
    details: tuple[AuditDetail, ...]
    """what the entry says about it"""
    broadcast: str | None
    """the number of the broadcast it is about"""
    run: str | None
    """the beginning of the number of the run it is about"""
    technical: str
    """action and data as they are recorded"""


class AuditPage(Schema):
    """Some entries in words, the newest first."""

    lines: tuple[AuditLine, ...]
    """the entries"""
    older: int | None
    """the number of the oldest seal shown, before which there are more; `null` for no more"""


class AuditHead(Schema):
    """The head of the audit. Kept elsewhere, it proves what came before it."""

    format: Literal["eboxcast.audit-anchor/1"] = "eboxcast.audit-anchor/1"
    """the form of this answer"""
    number: int
    """the number of the newest seal"""
    sha256: str
    """its digest"""
    anchor: str
    """both, as `--anchor` takes them: `NUMBER:DIGEST`"""


class SignedHead(Schema):
    """A signed head of the audit: with it, anyone can verify later that what was recorded before is still the same."""

    format: Literal["eboxcast.audit-signed-head/1"] = "eboxcast.audit-signed-head/1"
    """the form of this answer"""
    size: int
    """how many entries are in the tree"""
    root: str
    """the root of the tree"""
    at: datetime
    """when the head was made"""
    fingerprint: str
    """the fingerprint of the key that signed it"""
    signed: str
    """size, root and moment with their signature (JWS): this is what counts"""
    since: int | None
    """the size of the older head that was given; `null` if none was"""
    consistency: tuple[str, ...]
    """what proves that the tree of the older head is its beginning (RFC 9162, 2.1.4)"""


class WitnessShown(Schema):
    """A witness: who watches over the audit of another institution."""

    format: Literal["eboxcast.witness/1"] = "eboxcast.witness/1"
    """the form of this answer"""
    name: str
    """the name in the certificate of its key"""
    fingerprint: str
    """the fingerprint of its key"""
    heads: int
    """how many heads it countersigned"""
    last_size: int | None
    """how many entries the last one has; `null` if there is none"""
    last_at: datetime | None
    """when it countersigned the last one; `null` if there is none"""


class HeadWitnessed(Schema):
    """A signed head that a witness countersigned."""

    format: Literal["eboxcast.audit-head-witnessed/1"] = "eboxcast.audit-head-witnessed/1"
    """the form of this answer"""
    new: bool
    """whether it is new; `false` if the same head was countersigned before"""
    size: int
    """how many entries are in the tree"""
    root: str
    """the root of the tree"""
    at: datetime
    """when the head was made, as the installation says"""
    signed_by: str
    """the fingerprint of the key that signed the head"""
    stamped_at: datetime | None
    """when a timestamp authority stamped it, whether it is trusted or not; `null` for no timestamp"""
    key_known: bool | None
    """whether this key is valid and in the list of keys; `null` if none was given"""
    since: int | None
    """the size of the head before, from which it is proved to go on; `null` for the first one"""
    witness: str
    """the fingerprint of the key of the witness"""
    seen_at: datetime
    """when the witness countersigned it"""
    countersigned: str
    """the countersignature (JWS)"""


class AuditYear(Schema):
    """A year whose retention period is over."""

    year: int
    """the year"""
    entries: int | None
    """how many were deleted; `null` in a dry run"""
    anchor: str | None
    """the last digest of the year, which is kept; `null` in a dry run"""


class AuditExpiry(Schema):
    """The years that were deleted, or that would be."""

    format: Literal["eboxcast.audit-expire/1"] = "eboxcast.audit-expire/1"
    """the form of this answer"""
    dry_run: bool
    """whether this is what would be deleted"""
    years: tuple[AuditYear, ...]
    """the years that were deleted, or would be"""


class DossierGiven(Schema):
    """The dossier of a broadcast, as it was written."""

    format: Literal["eboxcast.dossier-given/1"] = "eboxcast.dossier-given/1"
    """the form of this answer"""
    broadcast: str
    """the number of the broadcast"""
    file: str
    """where the dossier was written"""
    manifest_sha256: str
    """the SHA-256 of `manifest.json`, which the audit records too"""
    head: str
    """the head of the audit up to which it is proved, `NUMBER:DIGEST`"""


class DossierFault(Schema):
    """One thing that is wrong with a dossier."""

    wrong: str
    """what, as a code ([the dossier](dossier.md))"""
    place: str
    """the name of a file, the number of a seal, or the SHA-256 of an entry"""


class DossierVerdict(Schema):
    """What recalculating every digest of a dossier found."""

    format: Literal["eboxcast.dossier-verify/1"] = "eboxcast.dossier-verify/1"
    """the form of this answer"""
    good: bool
    """whether there are no faults"""
    proved: Literal["whole", "part", "nothing"]
    """`whole`: a key of the list signed all of it; `part`: the entries in it, by an anchor or a signed head that was
    given; `nothing`: it has faults, or is only consistent, as anyone could have made it"""
    broadcast: str
    """the number of the broadcast; empty if it cannot be read"""
    manifest_sha256: str
    """the SHA-256 of `manifest.json`"""
    manifest_signed_by: str | None
    """the fingerprint of the key that signed it; `null` if it is not signed"""
    manifest_signed_at: datetime | None
    """when it was signed"""
    key_name: str | None
    """the name in the certificate of this key; `null` if there is none"""
    files: int
    """how many files were compared with it"""
    entries: int
    """how many entries were recalculated"""
    seals: int
    """how many seals were recalculated"""
    first: int
    """the first of these seals"""
    head: str
    """the head that the dossier names, `NUMBER:DIGEST`"""
    deletions: int
    """how many deletions it accounts for, each with its rule"""
    included: int
    """how many entries are proved by the signed head of the dossier, each by its own path"""
    signed_by: str | None
    """the fingerprint of the key that signed this head; `null` if there is none"""
    signed_at: datetime | None
    """when it was signed"""
    key_known: bool | None
    """whether this key counts, by the list of keys or the authorities; `null` if neither was given, or nothing is
    signed"""
    proved_to: int
    """the seal up to which the anchors that were given prove it; 0 for none"""
    signed_to: int
    """the same for the signed heads that were given"""
    outside: int
    """anchors and signed heads that were given and are not between the first seal and the last"""
    fault_count: int
    """how many faults"""
    faults: tuple[DossierFault, ...]
    """the first hundred"""


class DeletionsVerdict(Schema):
    """The signed account of what was deleted of a broadcast."""

    format: Literal["eboxcast.deletions-verify/1"] = "eboxcast.deletions-verify/1"
    """the form of this answer"""
    good: bool
    """whether a key that counts signed it; without a list of keys, whether it is as it was signed"""
    broadcast: str
    """the number of the broadcast"""
    head: str
    """the head of the audit up to which it accounts, `NUMBER:DIGEST`"""
    deletions: tuple[Mapping[str, object], ...]
    """what was deleted ([the dossier](dossier.md#what-was-deleted))"""
    signed_by: str
    """the fingerprint of the key that signed it"""
    signed_at: datetime
    """when it was signed"""
    key_known: bool | None
    """whether this key counts, by the list of keys or the authorities; `null` if neither was given"""


class AuditFault(Schema):
    """One thing that is wrong."""

    wrong: str
    """what, as a code ([the audit](audit.md))"""
    number: int
    """at which seal or anchor"""
    entry: int | None
    """the number of the entry, if it is about one"""


class AuditVerdict(Schema):
    """What recalculating every digest found."""

    format: Literal["eboxcast.audit-verify/1"] = "eboxcast.audit-verify/1"
    """the form of this answer"""
    good: bool
    """whether there are no faults"""
    seals: int
    """how many seals were recalculated"""
    entries: int
    """how many entries were recalculated"""
    gone: int
    """entries that were deleted with their year; their seals are kept"""
    unsealed: int
    """entries without a seal; these are not checked"""
    first: int
    """the oldest seal that is kept"""
    head: str | None
    """the newest seal, `NUMBER:DIGEST`; `null` when nothing is sealed"""
    proved_to: int
    """the seal up to which the anchors that were given prove it; 0 for none"""
    kept_to: int
    """the same for the heads kept in this database"""
    heads: int
    """signed heads that were recalculated"""
    signed_to: int
    """the number of entries up to which the signed heads that were given prove it; 0 for none"""
    witnessed_to: int
    """the same for the heads that a witness countersigned; 0 for none"""
    witnesses: tuple[str, ...]
    """the fingerprints of the keys of these witnesses"""
    too_old: int
    """anchors that were given and are older than the seals that are kept"""
    fault_count: int
    """how many faults"""
    faults: tuple[AuditFault, ...]
    """the first hundred"""
