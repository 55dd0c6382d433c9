"""Notices about the date: asked for, decided, moved, given up, reconfirmed, late."""

from __future__ import annotations

from eboxcast.audit.selectors import SealedEntry
from eboxcast.lib.translation import N_
from eboxcast.notices.kind import Kind
from eboxcast.notices.models import Method
from eboxcast.notices.readers import Group
from eboxcast.notices.sheet import follow_up_sheet

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
    subject=N_("A broadcast is asked for"),
    says=N_("{by} asks for a broadcast of {institution}."),
    to=(*INSTITUTION, *DECIDERS),
    facts=("dates", "expected"),
    advice=(N_("BCSS and the integration team each decide about the dates. You hear from us as soon as they have."),),
)
ACCEPTED = Kind(
    name="accepted",
    subject=N_("One side accepts the date"),
    says=N_("{by} accepted {date} for {side}. The other side has not decided yet."),
    to=(*INSTITUTION, *DECIDERS),
    when=_stays,
)
SCHEDULED = Kind(
    name="scheduled",
    subject=N_("The date is set: {date}"),
    says=N_(
        "Both sides accepted {date}. Nothing is visible before {agreed_at}, and nothing is launched after the window."
    ),
    to=(*INSTITUTION, G.VALIDATORS, *EVENING),
    facts=("agreed_at", "window_ends_at", "reconfirmation_due", "acceptance_due"),
    advice=(
        N_("The invitation in this mail puts the evening into your calendar. If the date moves, it moves with it."),
    ),
    extras=(follow_up_sheet,),
    calendar=Method.REQUEST,
)
POSTPONED = Kind(
    name="postponed",
    subject=N_("Another date is needed"),
    says=N_("{by} postponed the broadcast and proposes other dates."),
    to=(*INSTITUTION, *DECIDERS, G.INVITED),
    facts=("reason", "dates"),
    calendar=Method.CANCEL,
)
REFUSED = Kind(
    name="refused",
    subject=N_("The broadcast is refused"),
    says=N_("{by} refused the broadcast, for good."),
    to=(*INSTITUTION, *DECIDERS, G.INVITED),
    facts=("reason",),
    advice=(N_("The institution may ask for another one when the reason is gone."),),
    calendar=Method.CANCEL,
)
DATE_AGREED = Kind(
    name="date-agreed",
    subject=N_("A proposed date is taken: {date}"),
    says=N_("{by} takes {date}, one of the dates that were proposed. The other side still decides."),
    to=(*INSTITUTION, *DECIDERS),
)
DATE_WANTED = Kind(
    name="date-wanted",
    subject=N_("Other dates are asked for"),
    says=N_("{by} asks for other dates. What was decided about the date before is void."),
    to=(*INSTITUTION, *DECIDERS, G.INVITED),
    facts=("dates",),
    calendar=Method.CANCEL,
)
CANCELLED = Kind(
    name="cancelled",
    subject=N_("The broadcast is cancelled"),
    says=N_("{by} gave the broadcast up, for good. Nothing is published."),
    to=(*INSTITUTION, *DECIDERS, G.INVITED),
    facts=("reason",),
    calendar=Method.CANCEL,
)
WINDOW_MISSED = Kind(
    name="window-missed",
    subject=N_("The window passed without the launch"),
    says=N_("The evening of {date} passed and nobody received anything. The GO is void; another date is needed."),
    to=(*INSTITUTION, *DECIDERS, *EVENING, G.INVITED),
    calendar=Method.CANCEL,
)
RECONFIRMATION_DUE = Kind(
    name="reconfirmation-due",
    subject=N_("Please reconfirm the date"),
    says=N_("The broadcast is planned for {date}. Please say once more that you want this date."),
    to=(G.REQUESTERS,),
    facts=("due",),
    advice=(N_("Without it the broadcast is late, and needs a waiver of the integration team."),),
)
RECONFIRMED = Kind(
    name="reconfirmed",
    subject=N_("The date is reconfirmed"),
    says=N_("{by} reconfirmed {date}."),
    to=(*INSTITUTION, G.INTEGRATION),
    when=_in_time,
)
RECONFIRMED_LATE = Kind(
    name="reconfirmed-late",
    subject=N_("The date is reconfirmed, but too late"),
    says=N_("{by} reconfirmed {date} after the term. The integration team lets it pass by name, or the date moves."),
    to=(*INSTITUTION, G.INTEGRATION),
    facts=("due",),
    when=_too_late,
)
RECONFIRMATION_LATE = Kind(
    name="reconfirmation-late",
    subject=N_("The reconfirmation is late"),
    says=N_("Nobody reconfirmed {date} in time. The broadcast now needs a waiver of the integration team."),
    to=(*INSTITUTION, G.INTEGRATION),
    facts=("due",),
)
ACCEPTANCE_DUE = Kind(
    name="acceptance-due",
    subject=N_("The files for acceptance are awaited"),
    says=N_("The broadcast is planned for {date}. Please deliver the files for acceptance, with a short list."),
    to=(G.REQUESTERS,),
    facts=("due",),
    advice=(N_("Without them the broadcast is late, and needs a waiver of the integration team."),),
)
ACCEPTANCE_LATE = Kind(
    name="acceptance-late",
    subject=N_("The files for acceptance are late"),
    says=N_("The files for acceptance did not come in time. The broadcast now needs a waiver of the integration team."),
    to=(*INSTITUTION, G.INTEGRATION),
    facts=("due",),
)
WAIVED = Kind(
    name="waived",
    subject=N_("What came too late may pass"),
    says=N_("{by} lets pass what came too late: {what}."),
    to=(*INSTITUTION, G.INTEGRATION),
    facts=("reason",),
)
