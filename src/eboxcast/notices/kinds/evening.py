"""Notices about the GO, the evening itself, and what comes after it."""

from __future__ import annotations

from eboxcast.audit.selectors import SealedEntry
from eboxcast.broadcasts.words import VOID_BECAUSE
from eboxcast.lib.translation import N_
from eboxcast.notices.account import account_by_list, certificate_files, paper_and_rejected, read_curve
from eboxcast.notices.kinds.kind import Kind
from eboxcast.notices.readers import Group
from eboxcast.notices.sections import campaign_languages, follow_up_sheet, missing_for_launch

G = Group

INSTITUTION = (G.REQUESTERS, G.CONFIRMERS)
OPERATOR = (G.INTEGRATION, G.LAUNCH)
EVERYBODY = (*INSTITUTION, G.VALIDATORS, *OPERATOR, G.CONTACT_CENTRE, G.CONTACTS)


_TOLD_ALREADY = ("refused", "cancelled", "the window was missed")


def _is_news(entry: SealedEntry) -> bool:
    """A GO that was taken back has a notice of its own, and what ended the broadcast or its date ended the GO too."""
    return entry.data.get("why") in VOID_BECAUSE.keys() - _TOLD_ALREADY


GO_GIVEN = Kind(
    name="go-given",
    subject=N_("The GO was given"),
    says=N_(
        "{by} gave the GO for {recipients} {recipients:recipient|recipients}. It is valid only for "
        "these files and this evening."
    ),
    to=(*INSTITUTION, *OPERATOR),
    facts=("agreed_at", "window_ends_at", "recipients"),
    extras=(follow_up_sheet,),
)
GO_WITHDRAWN = Kind(
    name="go-withdrawn",
    subject=N_("The GO was withdrawn"),
    says=N_("{by} withdrew the GO. It can be given again."),
    to=(*INSTITUTION, *OPERATOR),
    facts=("reason",),
    urgent=True,
)
GO_VOID = Kind(
    name="go-void",
    subject=N_("The GO is void"),
    says=N_("The GO is no longer valid: {why}. It must be given again before the launch."),
    to=(*INSTITUTION, *OPERATOR),
    when=_is_news,
    urgent=True,
)
CONTACTS_SET = Kind(
    name="follow-up-sheet",
    subject=N_("The follow-up sheet has changed"),
    says=N_("{by} changed the contacts for this broadcast. This is the current sheet."),
    to=(G.CONTACTS, G.INTEGRATION),
    extras=(follow_up_sheet,),
)
WARNED = Kind(
    name="contact-centre-warned",
    subject=N_("Calls expected from {date}"),
    says=N_(
        "From {agreed_at}, a document from {institution} will be in many eBoxes. Expect calls from its "
        "recipients, especially from those who open their eBox for the first time."
    ),
    to=(G.CONTACT_CENTRE, G.INTEGRATION),
    facts=("agreed_at", "recipients", "first_time"),
    extras=(campaign_languages, follow_up_sheet),
    urgent=True,
)
ARMED = Kind(
    name="armed",
    subject=N_("The launch is armed"),
    says=N_("{by} armed the launch. It starts automatically on {agreed_at} if nothing is missing then."),
    to=(*INSTITUTION, *OPERATOR),
    facts=("agreed_at", "window_ends_at", "recipients"),
    extras=(follow_up_sheet,),
    urgent=True,
)
DISARMED = Kind(
    name="disarmed",
    subject=N_("The launch is no longer armed"),
    says=N_("The broadcast will not launch automatically. The launch team can arm it again, or launch it by hand."),
    to=(*INSTITUTION, *OPERATOR),
    facts=("reason",),
    urgent=True,
)
LAUNCHED = Kind(
    name="launched",
    subject=N_("Launched"),
    says=N_("{by} launched the broadcast to {recipients} {recipients:recipient|recipients}. The result will follow."),
    to=(*INSTITUTION, *OPERATOR, G.CONTACTS),
    extras=(follow_up_sheet,),
    urgent=True,
)
LAUNCH_ENDED = Kind(
    name="launch-ended",
    subject=N_("The launch ended and nothing is visible"),
    says=N_(
        "The launch ended before anything became visible. No one received the document. The launch can be tried again."
    ),
    to=(*INSTITUTION, *OPERATOR, G.CONTACTS),
    facts=("why", "window_ends_at"),
    extras=(follow_up_sheet,),
    urgent=True,
)
RUN_FAILED = Kind(
    name="run-failed",
    subject=N_("The launch could not start"),
    says=N_(
        "The broadcast could not be launched automatically at the agreed moment. It will be retried "
        "until the window ends."
    ),
    to=OPERATOR,
    facts=("why", "window_ends_at"),
    extras=(missing_for_launch, follow_up_sheet),
    urgent=True,
)
RUN_HALTED = Kind(
    name="run-halted",
    subject=N_("The launch stopped before it was complete"),
    says=N_("Some recipients have the document and others do not. Nothing more is sent automatically."),
    to=OPERATOR,
    facts=("why",),
    advice=(N_("The launch team must resume run {run}, or close it as published in part."),),
    extras=(follow_up_sheet,),
    urgent=True,
)
PUBLISHED = Kind(
    name="published",
    subject=N_("Published"),
    says=N_("The document has been in the eBoxes since {visible_at}. Thank you all."),
    to=EVERYBODY,
    facts=("recipients", "published", "refused", "unknown", "not_attempted"),
    advice=(N_("The report and the certificate will follow."),),
    urgent=True,
)
RECALLED = Kind(
    name="recalled",
    subject=N_("Recalled from all recipients"),
    says=N_("The document was permanently withdrawn from all eBoxes."),
    to=EVERYBODY,
    facts=("reason",),
    urgent=True,
)
REPORTED = Kind(
    name="reported",
    subject=N_("Report and certificate"),
    says=N_("This is the account of the broadcast. Its certificate is attached, as text and as a page you can print."),
    to=(*INSTITUTION, G.INTEGRATION),
    extras=(account_by_list, paper_and_rejected),
    files=certificate_files,
)
STATISTICS = Kind(
    name="statistics",
    subject=N_("Reading figures"),
    says=N_("This shows how many of the {recipients} recipients opened the document for the first time, day by day."),
    to=(*INSTITUTION, G.INTEGRATION),
    extras=(read_curve,),
)
CLOSED = Kind(
    name="closed",
    subject=N_("Closed"),
    says=N_("The broadcast is complete. No further action is needed. Thank you."),
    to=(*INSTITUTION, G.INTEGRATION),
)
