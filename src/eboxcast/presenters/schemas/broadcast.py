"""A broadcast as it is shown: where it stands, what comes next, and everything that people decided about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal

from eboxcast.lib.schemas import Schema
from eboxcast.presenters.schemas.check import CheckAnswer

Day = date
"""A field named ``date`` hides the type of that name."""


class BroadcastStep(Schema):
    """A step that comes next."""

    turn: tuple[str, ...]
    """the roles that can take it; empty where the procedure continues automatically"""
    sentence: str
    """what to do, in the language of the user"""
    due_at: datetime | None
    """the deadline; `null` for none"""
    action: str
    """the same for programs: its name in the table of who may do what"""
    command: str | None
    """`null` where nothing needs to be done, or something in `missing` comes first"""


class Missing(Schema):
    """Something that is still missing before the next step."""

    code: str | None
    """what is missing, as a code"""
    sentence: str
    """in words, in the language of the user"""
    remedy: str
    """what to do about it"""


class Outlook(Schema):
    """Where a broadcast stands and what comes next."""

    number: str
    """its number, as people use it: `2027-0042`"""
    state: str
    """[the states](broadcast-states.md)"""
    since: datetime
    """since when it is in this state"""
    sentence: str
    """the state in words, in the language of the user"""
    reason: str
    """why it is so, where somebody said it"""
    turn: tuple[str, ...]
    """the roles it is waiting for"""
    next: tuple[BroadcastStep, ...]
    """the most urgent first; empty only when it has ended"""
    late: tuple[str, ...]
    """what is late, in words"""
    missing: tuple[Missing, ...]
    """what the next step still needs"""


class ListedBroadcast(Outlook):
    """A broadcast in a list."""

    institution: str
    """by CBE number"""
    date: Day | None
    """the day of production; `null` before both sides accepted one"""
    wanted_dates: tuple[Day, ...]
    """the requested dates"""
    language: str
    """the language of the document"""
    subject: str
    """what it is about"""
    campaign: str | None
    """the campaign it belongs to; `null` for none"""


class BroadcastList(Schema):
    """The broadcasts that the reader may see, most urgent first."""

    format: Literal["eboxcast.broadcasts/1"] = "eboxcast.broadcasts/1"
    """the name and version of this answer"""
    broadcasts: tuple[ListedBroadcast, ...]
    """each broadcast"""


class WindowShown(Schema):
    """When the target may be worked on."""

    starts_at: datetime | None
    """from when"""
    ends_at: datetime | None
    """until when"""


class TermShown(Schema):
    """A deadline of the institution."""

    term: str
    """the deadline, by what would need a waiver"""
    due_at: datetime
    """the deadline; `null` for none"""
    done_at: datetime | None
    """when it was done; `null` while it is not"""
    late: bool
    """whether it is late"""
    waived: bool
    """whether being late was waived"""


class AcceptanceShown(Schema):
    """The files for acceptance and their test."""

    run: str | None
    """the number of the run; `null` for none"""
    recipients: int | None
    """how many; `null` while not known"""
    document: str | None
    """digests (SHA-256) of what was tested"""
    metadata: str | None
    """digest of the metadata without the Sequence"""
    testers: tuple[str, ...]
    """who looks besides the requesters"""
    tested_at: datetime | None
    """when the test ran"""
    approved_at: datetime | None
    """when the test was approved"""
    approved_by: str | None
    """who approved the test"""


class ProductionShown(Schema):
    """The files for production."""

    run: str | None
    """the number of the run; `null` for none"""
    recipients: int | None
    """how many; `null` while not known"""
    document: str | None
    """digest (SHA-256) of the document"""
    metadata: str | None
    """digest of the metadata without the Sequence"""
    lists: str | None
    """digest of the lists"""


class GoGiven(Schema):
    """A GO: for which moment and which files; void once one of them changed."""

    given_at: datetime
    """when it was given"""
    given_by: str
    """who gave it"""
    agreed_at: datetime
    """the agreed moment"""
    window_ends_at: datetime
    """the end of the window"""
    files: str
    """the files"""
    void_at: datetime | None
    """since when it is void; `null` while it holds"""
    void_why: str
    """why it is void"""


class DecisionShown(Schema):
    """What a side decided about a date."""

    side: str
    """`validator` or `operator`"""
    outcome: str
    """`accepted`, `postponed` or `refused`"""
    dates: tuple[Day, ...]
    """the dates it is about"""
    agreed_at: datetime | None
    """the agreed moment"""
    reason: str
    """why it is so, where somebody said it"""
    at: datetime
    """when"""
    by: str
    """who"""
    void_at: datetime | None
    """since when it is void; `null` while it holds"""


class DeliveryShown(Schema):
    """Files that were delivered."""

    environment: str
    """`acceptance` or `production`"""
    at: datetime
    """when"""
    by: str
    """who"""
    via: str
    """`command`, `folder` or `page`"""
    accepted: bool
    """whether they can be used"""
    files: Sequence[Mapping[str, object]]
    """the files"""
    faults: Mapping[str, int]
    """how many of each code"""
    recipients: int | None
    """how many; `null` while not known"""
    run: str | None
    """the number of the run; `null` for none"""
    document: str | None
    """digest (SHA-256) of the document"""
    metadata: str | None
    """digest of the metadata without the Sequence"""
    lists: str | None
    """digest of the lists"""
    withdrawn_at: datetime | None
    """when they were withdrawn"""


class VerdictShown(Schema):
    """What was found in an eBox of the short list. None is ever replaced."""

    recipient: int
    """the position in the list"""
    check: str
    """`opens`, `title`, `sender`, `language` or `expiry`"""
    passed: bool
    """whether it was as expected"""
    seen_in: str
    """`ebox` or `proof`"""
    remark: str
    """what was found"""
    at: datetime
    """when"""
    by: str
    """who"""
    counts: bool
    """whether it is the last one for its check"""


class ContactShown(Schema):
    """Whom to call."""

    team: str | None
    """`null` for the institution"""
    name: str
    """the name"""
    email: str
    """the email address"""
    phone: str
    """the phone number"""


class WaiverShown(Schema):
    """What was late and may pass all the same."""

    what: str
    """what was late"""
    reason: str
    """why it is so, where somebody said it"""
    at: datetime
    """when"""
    by: str
    """who"""
    void_at: datetime | None
    """since when it is void; `null` while it holds"""


class NoticeOfBroadcast(Schema):
    """A mail about the broadcast."""

    notice: int
    """its number"""
    kind: str
    """the kind of notice"""
    recipient: str
    """who it is for"""
    language: str
    """the language of the document"""
    subject: str
    """what it is about"""
    state: str
    """where it stands"""
    made_at: datetime
    """when it was made"""
    sent_at: datetime | None
    """when it was sent; `null` while it was not"""
    problem: str | None
    """why it could not be sent"""


class ReplyShown(Schema):
    """A reply to an email about the broadcast. What it says of its sender was not verified."""

    number: int
    """its number"""
    at: datetime
    """when it was read"""
    sender: str
    """the address it gives as its sender"""
    name: str
    """the name it gives"""
    person: str | None
    """the login of the person whose address that is; `null` for nobody"""
    signed_by: str | None
    """the domain whose signature (DKIM) was verified, or the address whose certificate signed it (S/MIME); `null` where
    none was verified, and where it asks for no GO"""
    notice: int
    """the number of the notice it answers"""
    subject: str
    """its subject"""
    text: str
    """what was written, without what it quotes; empty once it was deleted at the end of its retention period"""
    files: tuple[str, ...]
    """the names of the attached files, which stay in the mailbox"""
    whole: bool
    """whether all of it was read; a large email is read in part"""


class NoteShown(Schema):
    """Something received another way, noted by hand."""

    at: datetime
    """when"""
    by: str
    """who"""
    text: str
    """what was noted"""


class ContactCentreWarned(Schema):
    """Whether the contact centre knows of the date."""

    warned_at: datetime | None
    """when it was warned"""
    first_time: int | None
    """how many will open an eBox for the first time"""


class BroadcastSheet(Outlook):
    """Everything about a broadcast."""

    institution: str
    """by CBE number"""
    institution_names: Mapping[str, str]
    """its names, by language"""
    application: str
    """the sending application"""
    message_type: str
    """the message type"""
    language: str
    """the language of the document"""
    subject: str
    """what it is about"""
    campaign: str | None
    """the campaign it belongs to; `null` for none"""
    requested_at: datetime
    """when it was requested"""
    requested_by: str
    """who requested it"""
    wanted_dates: tuple[Day, ...]
    """the requested dates"""
    expected_recipients: int
    """how many were expected"""
    recipients: int | None
    """how many; `null` while not known"""
    date: Day | None
    """the day of production; `null` before both sides accepted one"""
    agreed_at: datetime | None
    """the agreed moment"""
    window: WindowShown | None
    """the evening of the date"""
    terms: tuple[TermShown, ...]
    """the deadlines of the date"""
    acceptance: AcceptanceShown
    """the files for acceptance and their test"""
    production: ProductionShown
    """the files for production"""
    gos: tuple[GoGiven, ...]
    """every GO, also the void ones"""
    decisions: tuple[DecisionShown, ...]
    """what each side decided"""
    deliveries: tuple[DeliveryShown, ...]
    """every delivery of files"""
    verdicts: tuple[VerdictShown, ...]
    """everything that was found in the eBoxes of the short list"""
    contacts: tuple[ContactShown, ...]
    """whom to call"""
    waivers: tuple[WaiverShown, ...]
    """what may pass although it was late"""
    notices: tuple[NoticeOfBroadcast, ...]
    """the emails about it"""
    replies: tuple[ReplyShown, ...]
    """the replies to them"""
    notes: tuple[NoteShown, ...]
    """what was recorded by hand"""
    armed_at: datetime | None
    """when the launch was armed"""
    launched_at: datetime | None
    """when it was launched"""
    visible_at: datetime | None
    """since when the recipients see it"""
    reported_at: datetime | None
    """when the report was sent"""
    statistics_at: datetime | None
    """when the reading figures were sent"""
    closed_at: datetime | None
    """when it was closed"""
    armed_by: str | None
    """who armed the launch"""
    launched_by: str | None
    """who launched it"""
    contact_centre: ContactCentreWarned
    """whether the contact centre was warned"""


class HistoryEntry(Schema):
    """An entry of the audit about the broadcast."""

    number: int | None
    """its number, as people use it: `2027-0042`"""
    at: datetime
    """when"""
    by: str
    """who"""
    action: str
    """what was done"""
    environment: str | None
    """`acceptance` or `production`"""
    run: str | None
    """the number of the run; `null` for none"""
    data: Mapping[str, object]
    """what the entry says"""


class BroadcastAnswer(BroadcastSheet):
    """Everything about a broadcast, as the answer of a command."""

    format: Literal["eboxcast.broadcast/2"] = "eboxcast.broadcast/2"
    """the name and version of this answer"""


class BroadcastWithHistory(BroadcastAnswer):
    """The same with all that the audit has of it, oldest first."""

    history: tuple[HistoryEntry, ...]
    """the entries of the audit, oldest first"""


class BroadcastsRequested(Schema):
    """The broadcasts that were just requested."""

    format: Literal["eboxcast.broadcasts-requested/2"] = "eboxcast.broadcasts-requested/2"
    """the name and version of this answer"""
    broadcasts: tuple[BroadcastSheet, ...]
    """each broadcast"""


class FilesDelivered(Schema):
    """Files that were delivered, and what came of it."""

    format: Literal["eboxcast.delivery/2"] = "eboxcast.delivery/2"
    """the name and version of this answer"""
    environment: str
    """`acceptance` or `production`"""
    accepted: bool
    """whether the files can be used"""
    again: bool
    """whether it is what was delivered before, so that nothing changed"""
    run: str | None
    """the number of the run they are prepared in; `null` if they cannot be used"""
    check: CheckAnswer
    """the answer of [check](check-json.md)"""
    broadcast: BroadcastSheet
    """the broadcast"""


class FollowUpSheet(Schema):
    """The contacts of a broadcast."""

    format: Literal["eboxcast.broadcast-contacts/1"] = "eboxcast.broadcast-contacts/1"
    """the name and version of this answer"""
    number: str
    """the number of the broadcast"""
    contacts: tuple[ContactShown, ...]
    """each contact"""
    complete: bool
    """whether all required contacts are named"""
