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

_SENT = N_("{sent} notices were sent, {waiting} wait.")
_GIVEN_UP = N_("{count} notices were given up: {problem}")
_FAILED = N_("{count} notices could not be sent yet and are tried again: {problem}")
_LOOK = N_("See which with: eboxcast notices list; when the cause is mended: eboxcast notices retry")
_FILES = N_("Notices are kept as files in {folder}; nobody gets them by mail.")
_NOBODY_LEADS = N_("Nobody leads the procedure: what happened since {moment} has no mail yet.")
_LEAD = N_("Let a service run: eboxcast steward (docs/howto/operate.md); or now, once: eboxcast steward --once")
_PATIENCE = timedelta(minutes=15)
_SET = N_("Set EBOXCAST_SMTP_URL and EBOXCAST_MAIL_FROM to have them mailed.")


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
        yield Finding("notices", State.ATTENTION, _NOBODY_LEADS, {"moment": clock.shown(since)}, _LEAD)
    if settings.EBOXCAST_MAIL_SERVER is None:
        folder = str(settings.EBOXCAST_STATE_DIR / "mail")
        yield Finding("notices", State.ATTENTION, _FILES, {"folder": folder}, _SET)


CHECKS: tuple[Check, ...] = (notices,)
