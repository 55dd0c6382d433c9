"""What `eboxcast doctor` looks at of the mails: those that were given up, those that wait, and where they go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings

from eboxcast.database.findings import Check, Finding, State, Surroundings
from eboxcast.database.installation import procedure_is_on
from eboxcast.database.marks import is_ours
from eboxcast.database.names import CONTROL
from eboxcast.lib import clock
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_
from eboxcast.notices.listing import last_problem, tally, unread_since

_SENT = N_("{sent} notices sent, {waiting} waiting.")
_GIVEN_UP = N_("{count} notices could not be sent and will not be retried: {problem}")
_FAILED = N_("{count} notices could not be sent yet and will be retried: {problem}")
_LOOK = N_("To see them: eboxcast notices list. Once the cause is fixed: eboxcast notices retry")
_FILES = N_("Notices are saved as files in {folder} and are not sent by email.")
_NOBODY_LEADS = N_("The steward is not running: no emails were made about events since {moment}.")
_LEAD = N_("Run it as a service: eboxcast steward (docs/howto/operate.md); or once, now: eboxcast steward --once")
_PATIENCE = timedelta(minutes=15)
_SET = N_("To send them by email, set EBOXCAST_SMTP_URL and EBOXCAST_MAIL_FROM.")


def notices(around: Surroundings) -> Iterator[Finding]:
    """Whether the procedure's mails leave the house."""
    if CONTROL not in around.reached or not is_ours(around.reached[CONTROL]) or not procedure_is_on():
        return
    found = tally()
    yield Finding("notices", State.OK, _SENT, {"sent": found.sent, "waiting": found.waiting})
    for count, sentence in ((found.given_up, _GIVEN_UP), (found.failed, _FAILED)):
        if count:
            data = {"count": count, "problem": mask_and_strip(last_problem()) or "-"}
            yield Finding("notices", State.ATTENTION, sentence, data, _LOOK)
    since = unread_since()
    if since is not None and clock.now() - since > _PATIENCE:
        yield Finding("notices", State.ATTENTION, _NOBODY_LEADS, {"moment": since}, _LEAD)
    if settings.EBOXCAST_MAIL_SERVER is None:
        folder = str(settings.EBOXCAST_STATE_DIR / "mail")
        yield Finding("notices", State.ATTENTION, _FILES, {"folder": folder}, _SET)


CHECKS: tuple[Check, ...] = (notices,)
