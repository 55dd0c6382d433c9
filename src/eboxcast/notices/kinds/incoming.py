"""Notices about mails that came in: replies, and notices that could not be delivered."""

from __future__ import annotations

from eboxcast.audit.selectors import SealedEntry
from eboxcast.lib.translation import N_
from eboxcast.notices.kinds.kind import Kind
from eboxcast.notices.readers import Group

_TEAM = (Group.INTEGRATION,)


def _by_others(entry: SealedEntry) -> bool:
    return not entry.data.get("of_team")


ANSWERED = Kind(
    name="notice-answered",
    subject=N_("A reply was received"),
    says=N_("Someone replied to an email about this broadcast. The reply is on the page of the broadcast."),
    advice=(N_("The address of a sender can be forged. Before you act on a reply, check with the person."),),
    to=_TEAM,
    when=_by_others,
)
RETURNED = Kind(
    name="notice-returned",
    subject=N_("An email could not be delivered"),
    says=N_("A mail server returned an email to {recipient}: it was not delivered."),
    facts=("reason",),
    advice=(N_("Correct the address, then send the email again on the page Emails."),),
    to=_TEAM,
    urgent=True,
)
