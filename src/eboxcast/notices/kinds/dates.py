"""Notices about the date: asked for, decided, moved, given up, reconfirmed, late."""

from __future__ import annotations

from eboxcast.audit.selectors import SealedEntry
from eboxcast.lib.translation import N_
from eboxcast.notices.kinds.kind import Kind
from eboxcast.notices.models import Method
from eboxcast.notices.readers import Group
from eboxcast.notices.sections import follow_up_sheet

G = Group

INSTITUTION = (G.REQUESTERS, G.CONFIRMERS)
DECIDERS = (G.VALIDATORS, G.INTEGRATION)
EVENING = (G.INTEGRATION, G.LAUNCH, G.CONTACT_CENTRE, G.CONTACTS)


def _stays(entry: SealedEntry) -> bool:
    """Once both sides accepted, the notice about the date says so."""
    return entry.data.get("from") == entry.data.get("to")


def _in_time(entry: SealedEntry) -> bool:
    return not entry.data.get("late")


def _too_late(entry: SealedEntry) -> bool:
    return bool(entry.data.get("late"))


REQUESTED = Kind(
    name="requested",
    subject=N_("A broadcast was requested"),
    says=N_("{by} requested a broadcast for {institution}."),
    to=(*INSTITUTION, *DECIDERS),
    facts=("dates", "expected"),
    advice=(
        N_(
            "BCSS and the integration team will each decide on the dates. You will receive an email once "
            "both have decided."
        ),
    ),
)
ACCEPTED = Kind(
    name="accepted",
    subject=N_("One side has accepted the date"),
    says=N_("{by} accepted {date} for {side}. The other side has not decided yet."),
    to=(*INSTITUTION, *DECIDERS),
    when=_stays,
)
SCHEDULED = Kind(
    name="scheduled",
    subject=N_("The date is set: {date}"),
    says=N_(
        "Both sides have accepted {date}. Nothing will be visible before {agreed_at}, and nothing will "
        "be launched after the window."
    ),
    to=(*INSTITUTION, G.VALIDATORS, *EVENING),
    facts=("agreed_at", "window_ends_at", "reconfirmation_due", "acceptance_due"),
    with_invitation=(
        N_("The invitation in this email adds the evening to your calendar. It is updated if the date changes."),
    ),
    extras=(follow_up_sheet,),
    calendar=Method.REQUEST,
)
POSTPONED = Kind(
    name="postponed",
    subject=N_("Another date is needed"),
    says=N_("{by} postponed the broadcast and proposed other dates."),
    to=(*INSTITUTION, *DECIDERS, G.INVITED),
    facts=("reason", "dates"),
    calendar=Method.CANCEL,
)
REFUSED = Kind(
    name="refused",
    subject=N_("The broadcast was refused"),
    says=N_("{by} refused the broadcast. This is final."),
    to=(*INSTITUTION, *DECIDERS, G.INVITED),
    facts=("reason",),
    advice=(N_("The institution can request another broadcast once the reason no longer applies."),),
    calendar=Method.CANCEL,
)
DATE_AGREED = Kind(
    name="date-agreed",
    subject=N_("Proposed date accepted: {date}"),
    says=N_("{by} accepted {date}, one of the proposed dates. The other side must still decide."),
    to=(*INSTITUTION, *DECIDERS),
)
DATE_WANTED = Kind(
    name="date-wanted",
    subject=N_("Other dates were requested"),
    says=N_("{by} requested other dates. Earlier decisions about the date are void."),
    to=(*INSTITUTION, *DECIDERS, G.INVITED),
    facts=("dates",),
    calendar=Method.CANCEL,
)
CANCELLED = Kind(
    name="cancelled",
    subject=N_("The broadcast was cancelled"),
    says=N_("{by} cancelled the broadcast. This is final, and nothing will be published."),
    to=(*INSTITUTION, *DECIDERS, G.INVITED),
    facts=("reason",),
    calendar=Method.CANCEL,
)
WINDOW_MISSED = Kind(
    name="window-missed",
    subject=N_("The window passed without a launch"),
    says=N_("The evening of {date} passed and nothing was published. The GO is void and another date is needed."),
    to=(*INSTITUTION, *DECIDERS, *EVENING, G.INVITED),
    calendar=Method.CANCEL,
    urgent=True,
)
RECONFIRMATION_DUE = Kind(
    name="reconfirmation-due",
    subject=N_("Please reconfirm the date"),
    says=N_("The broadcast is planned for {date}. Please confirm again that you want this date."),
    to=(G.REQUESTERS,),
    facts=("due",),
    advice=(N_("Without this confirmation, the broadcast is late and needs a waiver from the integration team."),),
)
RECONFIRMED = Kind(
    name="reconfirmed",
    subject=N_("The date was reconfirmed"),
    says=N_("{by} reconfirmed {date}."),
    to=(*INSTITUTION, G.INTEGRATION),
    when=_in_time,
)
RECONFIRMED_LATE = Kind(
    name="reconfirmed-late",
    subject=N_("The date was reconfirmed too late"),
    says=N_(
        "{by} reconfirmed {date} after the deadline. The integration team must either give a waiver or move the date."
    ),
    to=(*INSTITUTION, G.INTEGRATION),
    facts=("due",),
    when=_too_late,
)
RECONFIRMATION_LATE = Kind(
    name="reconfirmation-late",
    subject=N_("The reconfirmation is late"),
    says=N_("{date} was not reconfirmed in time. The broadcast now needs a waiver from the integration team."),
    to=(*INSTITUTION, G.INTEGRATION),
    facts=("due",),
)
ACCEPTANCE_DUE = Kind(
    name="acceptance-due",
    subject=N_("Please deliver the files for acceptance"),
    says=N_("The broadcast is planned for {date}. Please deliver the files for acceptance, with a short list."),
    to=(G.REQUESTERS,),
    facts=("due",),
    advice=(N_("Without them, the broadcast is late and needs a waiver from the integration team."),),
)
ACCEPTANCE_LATE = Kind(
    name="acceptance-late",
    subject=N_("The files for acceptance are late"),
    says=N_(
        "The files for acceptance were not delivered in time. The broadcast now needs a waiver from the "
        "integration team."
    ),
    to=(*INSTITUTION, G.INTEGRATION),
    facts=("due",),
)
WAIVED = Kind(
    name="waived",
    subject=N_("A waiver was given"),
    says=N_("{by} gave a waiver for: {what}."),
    to=(*INSTITUTION, G.INTEGRATION),
    facts=("reason",),
)
