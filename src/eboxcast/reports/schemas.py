"""Certificate, report and verification as values: docs/reference/certificate-json.md and report.md are made from them.

Digests are hexadecimal SHA-256. None means "not known (yet)", never zero. The sender's own words are cleaned of control
signs and national numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from eboxcast.lib.schemas import Schema

CERTIFICATE_KIND = "eboxcast-certificate"
STATEMENT_KIND = "eboxcast-statement"
"""What stands in a signature, so that neither can be taken for the other."""


class TargetPart(Schema):
    """Where it was published."""

    kind: str
    """`local`: our own eBoxes; `ebox-rest`: a remote provider"""
    provider_message: str | None
    """the number under which the provider keeps the message, where it keeps one for all recipients"""


class Named(Schema):
    """A code of the sender's configuration, and its names."""

    code: str
    """the code"""
    names: Mapping[str, str]
    """the names by language; empty as long as nothing is stored"""


class MessagePart(Schema):
    """What was published, as its recipients know it."""

    institution: Named
    """the institution"""
    application: Named
    """the application"""
    ticket: str
    """the Ticket"""
    sequence: int | None
    """the Sequence"""
    message_type: Named
    """the message type"""
    ebox_type: str | None
    """`CITIZEN` or `ENTERPRISE`"""
    language: str
    """the language of the message"""
    title: str
    """the title of the message"""
    validity_number: int | None
    """how many days, months or years it stays in the eBox"""
    validity_unit: str | None
    """`day`, `month` or `year`"""


class DocumentPart(Schema):
    """The document."""

    file_name: str
    """the name of the file, as recipients see it"""
    media_type: str | None
    """the media type"""
    size: int
    """in bytes"""
    page_count: int | None
    """the pages of a PDF"""
    sha256: str
    """the SHA-256 of the file"""


class MetadataPart(Schema):
    """The metadata file."""

    file_name: str
    """the name of the file"""
    sha256: str
    """the SHA-256 of the file"""
    content_sha256: str
    """the SHA-256 of its values without the Sequence: the same message in another round has the same one"""


class RowsPart(Schema):
    """An account of rows: `rows` = `excluded` + `merged` + `already` + `recipients`."""

    rows: int
    """rows, without the header and blank lines"""
    excluded: int
    """faulty rows"""
    merged: int
    """the same recipient again, in this list or an earlier one"""
    already: int | None
    """recipients who have the message from an earlier run; `null` as long as nothing is stored"""
    recipients: int | None
    """recipients; `null` as long as nothing is stored"""


class ListPart(Schema):
    """The account of a recipient list."""

    number: int
    """its number in the order of file names"""
    file_name: str
    """the name of the file"""
    sha256: str
    """the SHA-256 of the file"""
    size: int
    """in bytes"""
    encoding: str
    """the encoding of the file"""
    separator: str
    """the sign between two columns"""
    column: str | None
    """the header of the identifiers; `null` where there is no header"""
    account: RowsPart
    """the account of its rows"""
    faults: Mapping[str, int]
    """how many rows of each code; [input-files.md](input-files.md) has the codes"""


class PublishedPart(Schema):
    """Of the published, at the moment it became visible: who may need paper. `null`: not reported by the provider."""

    never_activated: int | None
    """never activated the eBox (no digital user)"""
    deactivated: int | None
    """deactivated the eBox"""
    not_ebox_only: int | None
    """the eBox is active, and paper is wanted too"""


class RecipientsPart(Schema):
    """The result: `recipients` = `published` + `refused` + `unknown` + `under_way` + `not_attempted`.

    While a run is sent to a provider, the numbers are those at `made_at`.
    """

    recipients: int
    """all recipients"""
    published: int
    """who has it; in a run that was recalled or superseded after it was visible: to whom it had been visible"""
    refused: int
    """who was refused"""
    unknown: int
    """who may or may not have it"""
    under_way: int
    """in a call to the provider that is still in progress; 0 once the account is closed"""
    not_attempted: int
    """who was not attempted"""
    of_published: PublishedPart | None
    """of the published, who may need paper; `null` as long as it was never visible"""
    refused_by_reason: Mapping[str, int] | None
    """of the refused, how many for `never_activated` and `deactivated`; of a provider, how many for each of its codes
    in lowercase letters, `not-told` where it gives none and `resolved` where people decided; `null` before it is
    visible and after the paper list was deleted"""


# The salt is not among them: a certificate is kept for ever, and with the salt the digest of a few recipients would be
# as good as their numbers.
class AudiencePart(Schema):
    """Salted digests of the recipients ([how to verify them](#to-verify-who-was-reached))."""

    prepared_sha256: str
    """of those prepared"""
    published_sha256: str | None
    """of those published"""
    refused_sha256: str | None
    """of those refused"""


class ReceiptsPart(Schema):
    """The tree of those who received it: with these values anyone can verify a [receipt](receipt.md)."""

    recipients: int
    """how many are in it"""
    buckets: int
    """the number by which recipients are divided first"""
    shelves: int
    """how many shelves there are"""
    cells: int
    """how many cells there are"""
    root: str
    """the root of the tree over the shelves"""
    cells_root: str
    """the root of the tree over the secrets of the cells"""


class MomentsPart(Schema):
    """When it happened."""

    created: datetime
    """when the run was requested"""
    prepared: datetime | None
    """when it was stored, not visible yet"""
    not_before: datetime | None
    """the agreed moment"""
    not_after: datetime | None
    """the end of the window"""
    launched: datetime | None
    """when it was launched"""
    visible: datetime | None
    """when it became visible: to everybody on our own eBoxes, to the first recipient at a provider"""
    first_sent: datetime | None
    """the same moment, where it is sent to a provider"""
    closed: datetime | None
    """when the account was closed: on our own eBoxes as it became visible"""
    expires: datetime | None
    """until when it is in the eBoxes"""
    stopped: datetime | None
    """when it was stopped"""
    discarded: datetime | None
    """when it was discarded"""
    recalled: datetime | None
    """when it was recalled"""
    outcomes_deleted: datetime | None
    """when paper list and rejected rows were deleted"""
    audience_deleted: datetime | None
    """when the audience and its salt were deleted"""


class PoliciesPart(Schema):
    """What was decided beforehand."""

    duplicates: str
    """`merge` or `block`"""
    faulty_rows: str
    """`exclude` or `block`"""
    without_ebox: str | None
    """`publish` or `refuse`: the policy of the message type for recipients without an active eBox, at the launch"""


class DecisionPart(Schema):
    """What somebody decided about the run."""

    action: str
    """`prepare`, `launch`, `pause`, `stop`, `resume`, `discard`, `close`, `resolve` or `recall`"""
    by: str
    """who"""
    at: datetime
    """when"""
    reason: str
    """why, in their words"""
    result: str | None
    """the resulting state, or why it had no result; `null` while it is in progress"""


class DateDecisionPart(Schema):
    """What one of the two sides decided about the date."""

    side: str
    """`validator` (BCSS) or `operator`"""
    outcome: str
    """`accepted`, `postponed` or `refused`"""
    dates: tuple[date, ...]
    """the date that was accepted, or the other dates that were proposed"""
    agreed_at: datetime | None
    """the moment of that evening that was chosen; `null`: its start"""
    by: str
    """who; for a proposed date that the institution agreed to: who proposed it"""
    at: datetime
    """when"""
    reason: str | None
    """why, in their words"""
    void_at: datetime | None
    """since when another decision counts; `null` for the one that counts"""


class WaiverPart(Schema):
    """The permission to miss a deadline."""

    deadline: str
    """`late-reconfirmation` or `late-acceptance`"""
    by: str
    """who gave it"""
    at: datetime
    """when"""
    reason: str
    """why, in their words"""
    void_at: datetime | None
    """when it stopped applying, because the date moved; `null` while it applies"""


class VerdictPart(Schema):
    """The result of one check for one recipient of the short list. A later result never replaces it."""

    recipient: int
    """the position in the short list, from 1"""
    check: str
    """`opens`, `title`, `sender`, `language` or `expiry`"""
    passed: bool
    """whether it passed"""
    seen_in: str
    """`ebox`: in the eBox; `proof`: in the proof of it"""
    remark: str | None
    """the remark of the tester, in their words"""
    by: str
    """who checked it"""
    at: datetime
    """when"""
    counts: bool
    """whether it is the last result of this check: the one that counts"""


class ApprovalPart(Schema):
    """What the institution decided about the test."""

    outcome: Literal["approved", "rejected"]
    """`approved` or `rejected`"""
    by: str
    """who"""
    at: datetime
    """when"""
    reason: str | None
    """why it was rejected, in their words"""


class AcceptanceTestPart(Schema):
    """The test of a run in acceptance."""

    run: str
    """the number of that run (UUID)"""
    verdicts: tuple[VerdictPart, ...]
    """all results, by recipient, oldest first"""
    decisions: tuple[ApprovalPart, ...]
    """what was decided about it, oldest first"""


class FilesDeliveredPart(Schema):
    """The delivery of the files of this run."""

    by: str
    """who delivered them"""
    at: datetime
    """when"""
    via: str
    """`command`, `folder` (by drop folder) or `page`"""


class GoPart(Schema):
    """The confirmation of the institution for production: for these files and this moment, and no others."""

    by: str
    """who gave it"""
    at: datetime
    """when"""
    agreed_at: datetime
    """for which agreed moment"""
    window_ends_at: datetime
    """until when it could become visible"""
    document_sha256: str
    """for which document"""
    metadata_sha256: str
    """for which metadata, without the Sequence"""
    lists_sha256: str
    """for which lists: the SHA-256 of the digests of all lists, one after the other"""
    files_sha256: str
    """the SHA-256 of the three digests above, one after the other: what is typed to give the GO"""
    of_this_run: bool
    """whether these are the files of this run"""
    void_at: datetime | None
    """since when it is void; `null` for the one that is valid"""
    void_by: str | None
    """who caused this, by withdrawing it or changing what it was for"""
    void_why: str | None
    """why"""


class LaunchPart(Schema):
    """Who launched."""

    armed_by: str | None
    """who armed the launch; `null` when it was not armed"""
    armed_at: datetime | None
    """when"""
    launched_by: str | None
    """who launched; `eboxcast` when the steward did, at the agreed moment; `null` when nobody has yet"""
    launched_at: datetime | None
    """when"""


class BroadcastPart(Schema):
    """The procedure that led to this run: who decided what, and when. `by` is always a login."""

    number: str
    """the number of the broadcast"""
    subject: str
    """what it is about, in the words of the institution"""
    campaign: str | None
    """the campaign it belongs to"""
    requested_by: str
    """who requested it"""
    requested_at: datetime
    """when"""
    date: date | None
    """the date that both sides accepted"""
    reconfirmed_by: str | None
    """who confirmed again that this date is still wanted"""
    reconfirmed_at: datetime | None
    """when"""
    date_decisions: tuple[DateDecisionPart, ...]
    """what both sides decided about dates, oldest first"""
    waivers: tuple[WaiverPart, ...]
    """the deadlines that were waived, oldest first"""
    files: FilesDeliveredPart
    """the delivery of the files of this run"""
    tests: tuple[AcceptanceTestPart, ...]
    """the tests in acceptance, oldest first; for a run in acceptance only its own"""
    gos: tuple[GoPart, ...]
    """the GO, and those before it, oldest first; empty for a run in acceptance"""
    launch: LaunchPart | None
    """who launched; `null` for a run in acceptance, and for one whose files were replaced"""
    people: Mapping[str, str]
    """the full names of the people in this certificate, by login, as they were known when it was made"""


class AuditPart(Schema):
    """The newest seal of the audit when the certificate was issued. It covers everything in the certificate.

    Anyone who keeps the certificate can later prove that nothing recorded until then was altered or removed
    ([the audit](audit.md)). A report requested again may have a newer one.
    """

    number: int
    """the number of the seal"""
    sha256: str
    """its digest"""
    anchor: str
    """both, as `eboxcast audit verify --anchor` takes them"""


class Certificate(Schema):
    """The account of one run, true for the state it is in when made."""

    format: Literal["eboxcast.certificate/2"] = "eboxcast.certificate/2"
    """the form of this answer"""
    kind: Literal["certificate", "account"]
    """`certificate`: the closing account of a run that became visible, also if it was recalled since; `account`: the
    account so far of a run that is not visible yet or is still being sent, or that of a run that was never visible"""
    made_at: datetime
    """when this certificate was made; certificates of the same run in the same state differ only in this and `audit`,
    and in what was decided since about its broadcast"""
    eboxcast_version: str
    """the version that made it"""
    procedure: str
    """`off`: only the engine; `on`: with the procedure"""
    run: str
    """the number of the run (UUID)"""
    environment: str
    """`acceptance` or `production`"""
    state: str
    """`preparing`, `prepared`, `running`, `paused`, `published`, `stopped`, `failed`, `discarded`, `superseded` or
    `recalled`"""
    superseded_by: str | None
    """the run that replaced it"""
    adds: bool
    """whether it publishes a message that others already had (`--add`)"""
    retry_of: str | None
    """the run that did not reach these recipients (`eboxcast retry`): its only list contains them"""
    prepared_by: str
    """who prepared it"""
    launched_by: str | None
    """who launched it"""
    reason: str | None
    """why it was paused, stopped, closed, discarded or recalled; or why it failed or paused itself"""
    target: TargetPart
    """where it was published"""
    message: MessagePart
    """what was published"""
    document: DocumentPart
    """the document"""
    metadata: MetadataPart
    """the metadata file"""
    lists: tuple[ListPart, ...]
    """the account of each recipient list, in the order of file names"""
    totals: RowsPart
    """the same account for all lists together"""
    numbers_replaced: int
    """how many rows held a former number of a person; the newest is used"""
    recipients: RecipientsPart | None
    """the result for the recipients; `null` as long as nothing is stored"""
    audience: AudiencePart | None
    """digests of who was prepared, published and refused; `null` as long as nothing is stored"""
    receipts: ReceiptsPart | None
    """with what receipts are verified; `null` as long as no certificate was issued"""
    policies: PoliciesPart
    """what was decided beforehand"""
    moments: MomentsPart
    """when it happened"""
    decisions: tuple[DecisionPart, ...]
    """what people decided about the run, oldest first"""
    broadcast: BroadcastPart | None
    """the procedure that led to it; `null` for a run that belongs to no broadcast"""
    audit: AuditPart | None
    """the newest seal of the audit when the certificate was issued; `null` before anything was recorded"""


class DayOfReading(Schema):
    """The readings of a day. Each recipient counts once, on the day of the first reading."""

    day: date
    """the day in Brussels"""
    count: int
    """how many opened the message for the first time"""


class Readings(Schema):
    """How many have opened the message."""

    total: int
    """all together"""
    days: tuple[DayOfReading, ...]
    """day by day"""


class Report(Schema):
    """The report of a run."""

    format: Literal["eboxcast.report/1"] = "eboxcast.report/1"
    """the form of this answer"""
    certificate: Certificate
    """the [certificate](certificate-json.md)"""
    readings: Readings | None
    """how many have opened the message; `null` when the run was never visible"""


class Counted(Schema):
    """A number of recipients, and their salted digest."""

    count: int
    """how many recipients"""
    sha256: str
    """their digest"""


class Check(Schema):
    """One audience of the certificate, beside the data of the environment."""

    audience: str
    """`prepared`, `published` or `refused`"""
    told: Counted
    """in the certificate"""
    held: Counted | None
    """in the database; `null` if it was deleted"""
    deleted: datetime | None
    """since when it is deleted"""

    @property
    def differs(self) -> bool:
        """Whether the environment holds others than the certificate says."""
        return self.held is not None and self.held != self.told


class Receipt(Schema):
    """That a run published its message to one recipient, or that it did not. Alone it tells of nobody else."""

    format: Literal["eboxcast.receipt/1"] = "eboxcast.receipt/1"
    """the form of this answer"""
    received: bool
    """whether the recipient is among those to whom this run published it"""
    made_at: datetime
    """when the receipt was made"""
    run: str
    """the number of the run (UUID)"""
    environment: str
    """`acceptance` or `production`"""
    document_sha256: str
    """the digest of the document"""
    visible: datetime
    """when it became visible: to everybody on our own eBoxes, to the first recipient at a provider"""
    receipts: ReceiptsPart
    """as in the certificate"""
    shelf: int
    """on which shelf the recipient is, or would be"""
    tags: tuple[str, ...]
    """those on this shelf, each as a digest that only its own recipient can recognise"""
    path: tuple[str, ...]
    """from the shelf to the root"""
    nonce: str | None
    """with it and the number anyone can compute the tag; `null` for one who is not among them"""
    cell_secret: str | None
    """with it and the number anyone can compute the tag that is missing; `null` for one who is among them"""
    cell_path: tuple[str, ...]
    """from the secret to the root of the cells; empty for one who is among them"""
    signed: str | None
    """`run`, `environment`, the digest of the document, the moment and `receipts`, as in the certificate, signed by the
    installation (a compact JWS); `null` where it has no key"""


Wrong = Literal[
    "not-signed",
    "key-unknown",
    "key-revoked",
    "key-expired",
    "signed-later",
    "certificate-unknown",
    "certificate-revoked",
    "certificate-expired",
    "other-run",
    "other-document",
    "other-moment",
    "other-root",
    "not-this-recipient",
]


class FileVerdict(Schema):
    """The result of verifying a file that was handed out, by the files alone."""

    format: Literal["eboxcast.file-verdict/1"] = "eboxcast.file-verdict/1"
    """the form of this answer"""
    kind: Literal["certificate", "receipt"]
    """what was verified"""
    good: bool
    """whether nothing is wrong"""
    received: bool | None
    """whether, as a receipt proves, this run published it to the recipient; `null` for a certificate"""
    run: str
    """the number of the run (UUID)"""
    environment: str
    """`acceptance` or `production`"""
    document_sha256: str
    """the digest of the document"""
    visible: datetime | None
    """when it became visible"""
    signed_by: str | None
    """the fingerprint of the key that signed it, or the certificate of a receipt: the SHA-256 of the key's certificate;
    `null` where there is no signature"""
    signed_at: datetime | None
    """when, as the signature says"""
    key_known: bool | None
    """whether this key is in the list of keys that was given; `null` without a list"""
    key_name: str | None
    """the name in the certificate of the key; `null` where there is no signature"""
    key_certified: bool | None
    """whether an authority that you trust issued this certificate for signatures; `null` if you gave none"""
    key_revoked_at: datetime | None
    """when the key was revoked: with a timestamp from before that moment, its signature counts"""
    stamped_at: datetime | None
    """when a timestamp authority stamped the signature; `null` where it has no timestamp"""
    stamp_trusted: bool | None
    """whether this is an authority that you trust: only then the timestamp counts; `null` if you gave none"""
    wrong: tuple[Wrong, ...]
    """what is wrong; `not-signed`: an unsigned certificate proves nothing, nor does a receipt with it;
    `key-unknown`, `key-revoked`, `key-expired`: by the list of keys; `signed-later`: later than the clock of this
    computer shows; `certificate-unknown`, `certificate-revoked`, `certificate-expired`: by the
    authorities that you trust, at the moment of the timestamp or, without one, now;
    `other-run`, `other-document`, `other-moment`, `other-root`: receipt and certificate do not belong together;
    `not-this-recipient`: the receipt was changed, or it is of another recipient"""


class SigningKeyShown(Schema):
    """A key with which the installation signs or signed: what others need to verify its signatures."""

    number: int
    """its number"""
    fingerprint: str
    """the SHA-256 of its certificate"""
    name: str
    """the name in its certificate"""
    certificate: str
    """its certificate (X.509, DER, Base64)"""
    made_at: datetime
    """since when it signs"""
    expires_at: datetime
    """until when"""
    revoked_at: datetime | None
    """since when nothing signed by it counts; `null` where it was not revoked"""
    reason: str | None
    """why"""


class SigningKeys(Schema):
    """The keys with which the installation signs or signed, newest first. Give this list to those who verify."""

    format: Literal["eboxcast.signing-keys/1"] = "eboxcast.signing-keys/1"
    """the form of this answer"""
    keys: tuple[SigningKeyShown, ...]
    """the keys"""


Finding = Literal["agrees", "differs", "missing", "altered", "unrecorded", "deleted"]


class RecordCheck(Schema):
    """One record of the broadcast, beside the entry that the audit has of the same step."""

    action: str
    """the name of the entry, such as `broadcast.go_given`"""
    by: str
    """who took the step, as the record has it; where it does not name them, as the entry has it"""
    at: datetime
    """when, as the record has it"""
    seal: int | None
    """the number of the entry's seal; `null` where no entry was found"""
    finding: Finding
    """`agrees`: the entry is sealed and agrees; `differs`: the entry is different; `missing`: the audit has no such
    entry; `altered`: the entry or its seal is not what was sealed; `unrecorded`: the audit has the entry, but the
    record is missing; `deleted`: it can no longer be verified, because the audit of that year was deleted at the end
    of its retention period"""

    @property
    def differs(self) -> bool:
        """Whether record and audit do not agree."""
        return self.finding not in ("agrees", "deleted")


class Verification(Schema):
    """The result of verifying a certificate."""

    format: Literal["eboxcast.verification/1"] = "eboxcast.verification/1"
    """the form of this answer"""
    good: bool
    """whether nothing differs"""
    run: str
    """the number of the run (UUID)"""
    environment: str
    """`acceptance` or `production`"""
    verified_at: datetime
    """when it was verified"""
    checks: tuple[Check, ...]
    """each audience of the certificate"""
    broadcast: str | None
    """the number of the broadcast; `null` for a run that belongs to none"""
    records: tuple[RecordCheck, ...]
    """each record of the procedure on the certificate, oldest first; empty for a run that belongs to no broadcast"""
    salt: str | None
    """the salt of the digests; `null` without `--with-salt`"""
