"""Notices about mails that came in: replies, and notices that could not be delivered."""

from __future__ import annotations

from dataclasses import replace

from eboxcast.audit.selectors import SealedEntry
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_
from eboxcast.notices.kinds.kind import Kind
from eboxcast.notices.readers import Group

_TEAM = (Group.INTEGRATION,)


def _by_others(entry: SealedEntry) -> bool:
    return not entry.data.get("of_team")


def _by_certificate(entry: SealedEntry) -> bool:
    return "fingerprint" in entry.data


def _by_domain(entry: SealedEntry) -> bool:
    return not _by_certificate(entry)


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
GO_ASKED = Kind(
    name="go-asked",
    subject=N_("Please confirm the GO on the page"),
    says=N_(
        "An email asked for the GO of this broadcast, in the name of your institution. Nothing has happened: {why}."
    ),
    advice=(
        N_("To give the GO, look at what is prepared and confirm it there: {go}"),
        N_("If no one at your institution sent this email, tell the integration team."),
    ),
    actions={"go": NextAction(action="broadcast.give_go", parameters={"broadcast": "{number}"})},
    to=(Group.CONFIRMERS,),
    urgent=True,
)
GO_BY_MAIL = Kind(
    name="go-by-mail",
    subject=N_("Your GO was taken from an email"),
    says=N_("The GO of {by} was taken from an email that is signed by their domain."),
    advice=(N_("If {by} did not send this email, withdraw the GO now and tell the integration team: {withdraw}"),),
    actions={"withdraw": NextAction(action="broadcast.withdraw_go", parameters={"broadcast": "{number}"})},
    to=(Group.CONFIRMERS,),
    when=_by_domain,
    personal=True,
    urgent=True,
)
GO_BY_CERTIFICATE = replace(
    GO_BY_MAIL,
    name="go-by-certificate",
    says=N_("The GO of {by} was taken from an email that is signed with their certificate (S/MIME)."),
    facts=("address", "issuer", "fingerprint", "signed_at"),
    when=_by_certificate,
)
