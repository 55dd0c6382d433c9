"""What is due, what came too late and the window that passed, told once each: mails are made from these entries."""

from __future__ import annotations

from datetime import datetime

from eboxcast.audit.models import Entry
from eboxcast.broadcasts import scheduling
from eboxcast.broadcasts.aftermath import remind
from eboxcast.broadcasts.deadlines import deadlines_of
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.broadcasts.states import DATED
from eboxcast.broadcasts.steps import held
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.planning.selectors import calendar_of

ACCEPTANCE_NUDGE = 2
"""Working days before the term of the files for acceptance."""

Reminder = tuple[str, dict[str, object]]
"""The name of the entry, and what makes it one of its own: with another date it is due anew."""


def remind_of_terms(broadcast: Broadcast, *, moment: datetime) -> list[str]:
    """Tell what is due or late at a moment and was not told before; return what was told."""
    return [reminder[0] for reminder in _due(broadcast, moment) if _remind_once(broadcast, reminder, moment)]


def miss_window(broadcast: Broadcast, *, moment: datetime) -> list[str]:
    """Note a window that passed without the broadcast: nothing is launched late, what is prepared stays."""
    if not _window_is_over(broadcast, moment):
        return []
    with held(broadcast):
        if not _window_is_over(broadcast, moment):
            return []
        scheduling.miss(broadcast)
    return ["window_missed"]


def tell_once(broadcast: Broadcast, *, what: str, data: dict[str, object], **beside: object) -> bool:
    """Leave the entry a mail is made from, unless there is one with these data; return whether it was left.

    What is told ``beside`` does not make it another one.
    """
    with held(broadcast):
        if _told_before(broadcast, what, data):
            return False
        remind(broadcast, what=what, **data, **beside)
    return True


@sanitized_db_errors()
def _told_before(broadcast: Broadcast, what: str, data: dict[str, object]) -> bool:
    """Say whether an entry of this kind with at least these data is on record for a broadcast."""
    return Entry.objects.filter(broadcast=broadcast.id, action=f"broadcast.{what}", data__contains=data).exists()


def _remind_once(broadcast: Broadcast, reminder: Reminder, moment: datetime) -> bool:
    what, data = reminder
    if _told_before(broadcast, what, data):
        return False
    with held(broadcast):
        if reminder not in _due(broadcast, moment) or _told_before(broadcast, what, data):
            return False
        remind(broadcast, what=what, **data)
    return True


def _window_is_over(broadcast: Broadcast, moment: datetime) -> bool:
    ends_at = broadcast.window_ends_at
    return State(broadcast.state) in DATED and ends_at is not None and ends_at <= moment


def _due(broadcast: Broadcast, moment: datetime) -> list[Reminder]:
    if State(broadcast.state) not in DATED:
        return []
    reminders = (_reconfirmation(broadcast, moment), _acceptance(broadcast, moment))
    return [reminder for reminder in reminders if reminder is not None]


def _reconfirmation(broadcast: Broadcast, moment: datetime) -> Reminder | None:
    if broadcast.reconfirmed_at is not None:
        return None
    terms = deadlines_of(broadcast)
    due = {"due": terms.reconfirmation_due_at.isoformat(), "date": str(broadcast.date)}
    if moment > terms.reconfirmation_due_at:
        return "reconfirmation_late", {**due}
    today = moment.astimezone(clock.BRUSSELS).date()
    if today < terms.nudge_date:
        return None
    return "reconfirmation_due", {**due, "which": "today" if today == terms.reconfirmation_date else "soon"}


def _acceptance(broadcast: Broadcast, moment: datetime) -> Reminder | None:
    if broadcast.acceptance_delivered_at is not None:
        return None
    terms = deadlines_of(broadcast)
    due = {"due": terms.acceptance_due_at.isoformat(), "date": str(broadcast.date)}
    if moment > terms.acceptance_due_at:
        return "acceptance_late", {**due}
    today = moment.astimezone(clock.BRUSSELS).date()
    if today < calendar_of(broadcast.institution_id).before(terms.acceptance_date, ACCEPTANCE_NUDGE):
        return None
    return "acceptance_due", {**due, "which": "today" if today == terms.acceptance_date else "soon"}
