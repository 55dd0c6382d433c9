"""The certificate as values: what ``docs/reference/certificate-json.md`` promises, in this order and by these names.

Moments are ISO 8601 in Brussels time with their offset, digests are hexadecimal SHA-256. None means "not known (yet)",
never zero. The sender's own words are cleaned of control signs and national numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class TargetPart:
    """Where it was published."""

    kind: str
    provider_message: str | None
    """The id under which the provider keeps the message, where it keeps one for all."""


@dataclass(frozen=True, kw_only=True)
class Named:
    """Something of the sender's configuration: its code and its names by language."""

    code: str
    names: Mapping[str, str]
    """Empty as long as nothing is stored."""


@dataclass(frozen=True, kw_only=True)
class MessagePart:
    """What was published, as its recipients know it."""

    institution: Named
    application: Named
    ticket: str
    sequence: int | None
    message_type: Named
    ebox_type: str | None
    language: str
    title: str
    validity_number: int | None
    validity_unit: str | None


@dataclass(frozen=True, kw_only=True)
class DocumentPart:
    """The document by its digest."""

    file_name: str
    media_type: str | None
    size: int
    page_count: int | None
    sha256: str


@dataclass(frozen=True, kw_only=True)
class MetadataPart:
    """The metadata file, and its values without the Sequence: the same message in another round has the same."""

    file_name: str
    sha256: str
    content_sha256: str


@dataclass(frozen=True, kw_only=True)
class RowsPart:
    """rows = excluded + merged + already + recipients. The last two are known once the package is stored."""

    rows: int
    excluded: int
    merged: int
    already: int | None
    recipients: int | None


@dataclass(frozen=True, kw_only=True)
class ListPart:
    """The account of one recipient list."""

    number: int
    file_name: str
    sha256: str
    size: int
    encoding: str
    separator: str
    column: str | None
    account: RowsPart
    faults: Mapping[str, int]
    """How many rows of each code."""


@dataclass(frozen=True, kw_only=True)
class PublishedPart:
    """Of the published, as it became visible: those who may need paper. None: not told by the provider."""

    never_activated: int | None
    deactivated: int | None
    not_ebox_only: int | None


@dataclass(frozen=True, kw_only=True)
class RecipientsPart:
    """recipients = published + refused + unknown + under way + not attempted."""

    recipients: int
    published: int
    refused: int
    unknown: int
    under_way: int
    """In a call to the provider that has not answered yet."""
    not_attempted: int
    of_published: PublishedPart | None
    """None as long as nothing was visible."""
    refused_by_reason: Mapping[str, int] | None
    """None when the outcomes were deleted, or nothing was visible."""


@dataclass(frozen=True, kw_only=True)
class AudiencePart:
    """Salted digests of who was prepared, published and refused.

    The salt is not among them: a certificate is kept for ever, and with the salt the digest of a few recipients would
    be as good as their numbers.
    """

    prepared_sha256: str
    published_sha256: str | None
    refused_sha256: str | None


@dataclass(frozen=True, kw_only=True)
class MomentsPart:
    """When it happened."""

    created: datetime
    prepared: datetime | None
    not_before: datetime | None
    not_after: datetime | None
    launched: datetime | None
    visible: datetime | None
    first_sent: datetime | None
    """The same as visible, where it is sent to a provider: then the first recipient can see it, not everybody."""
    closed: datetime | None
    """When the account was closed."""
    expires: datetime | None
    stopped: datetime | None
    discarded: datetime | None
    recalled: datetime | None
    outcomes_deleted: datetime | None
    audience_deleted: datetime | None


@dataclass(frozen=True, kw_only=True)
class PoliciesPart:
    """What was decided beforehand."""

    duplicates: str
    faulty_rows: str
    without_ebox: str | None
    """The message type's policy at the launch: publish or refuse."""


@dataclass(frozen=True, kw_only=True)
class DecisionPart:
    """What somebody wanted of the run, and what came of it."""

    action: str
    by: str
    at: datetime
    reason: str
    result: str | None


@dataclass(frozen=True, kw_only=True)
class AuditPart:
    """The newest seal of the audit when the certificate was given out: it covers all that the certificate tells."""

    number: int
    sha256: str
    anchor: str
    """Both, as `audit verify --anchor` takes them."""


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """The account of one run, true for the state it is in when made."""

    format: Literal["eboxcast.certificate/2"] = "eboxcast.certificate/2"
    made_at: datetime
    eboxcast_version: str
    procedure: str
    run: str
    environment: str
    state: str
    superseded_by: str | None
    adds: bool
    retry_of: str | None
    """The run that did not reach the recipients of this one."""
    prepared_by: str
    launched_by: str | None
    reason: str | None
    target: TargetPart
    message: MessagePart
    document: DocumentPart
    metadata: MetadataPart
    lists: tuple[ListPart, ...]
    totals: RowsPart
    numbers_replaced: int
    """Former numbers that were replaced by the person's newest one."""
    recipients: RecipientsPart | None
    """None as long as the package is not stored."""
    audience: AudiencePart | None
    policies: PoliciesPart
    moments: MomentsPart
    decisions: tuple[DecisionPart, ...]
    audit: AuditPart | None
    """None where it is not given out, as in a status."""


@dataclass(frozen=True, kw_only=True)
class DayOfReading:
    """How many recipients opened the message on a day for the first time."""

    day: date
    count: int


@dataclass(frozen=True, kw_only=True)
class Readings:
    """All first readings of a run."""

    total: int
    days: tuple[DayOfReading, ...]


@dataclass(frozen=True, kw_only=True)
class Report:
    """What `eboxcast report` says of a run."""

    format: Literal["eboxcast.report/1"] = "eboxcast.report/1"
    certificate: Certificate
    readings: Readings | None
    """None when it was never visible."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """How many recipients, and their salted digest."""

    count: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Check:
    """One audience of the certificate beside what is held now."""

    audience: str
    """prepared, published or refused."""
    told: Counted
    """What the certificate says."""
    held: Counted | None
    """What the environment holds; None where what it needs was deleted."""
    deleted: datetime | None
    """Since when it can't be verified any more."""

    @property
    def differs(self) -> bool:
        """Whether the environment holds others than the certificate says."""
        return self.held is not None and self.held != self.told


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What became of verifying a run."""

    format: Literal["eboxcast.verification/1"] = "eboxcast.verification/1"
    good: bool
    """Whether nothing differs."""
    run: str
    environment: str
    verified_at: datetime
    checks: tuple[Check, ...]
    salt: str | None
    """None where nobody asked for it: with it whoever tries all numbers finds out who is in a small audience."""
