"""Notices about somebody's account, to nobody else: the link they need, and what they must know if it was not they."""

from __future__ import annotations

from eboxcast.audit.selectors import SealedEntry
from eboxcast.lib.translation import N_
from eboxcast.notices.about import About
from eboxcast.notices.invitation_links import shown_address
from eboxcast.notices.kinds.kind import Kind
from eboxcast.notices.readers import Group

_TO = (Group.PERSON,)
_NOT_YOU = N_("If you did not ask for this, tell the integration team.")


def _by_mail(entry: SealedEntry) -> bool:
    return bool(entry.data.get("by_mail"))


def _again(entry: SealedEntry) -> bool:
    return not entry.data.get("first")


def _link(about: About) -> str:
    return shown_address()


INVITED = Kind(
    name="account-invited",
    subject=N_("Your invitation to eboxcast"),
    says=N_("{by} invites you to use eboxcast, where broadcasts to eBoxes are prepared and followed."),
    advice=(
        N_("Open this link to choose your password. It works once, until {expires_at}."),
        N_("The link is only for you: do not forward this email."),
    ),
    to=_TO,
    link=_link,
    when=_by_mail,
    personal=True,
    urgent=True,
)
PASSWORD_FORGOTTEN = Kind(
    name="account-password-forgotten",
    subject=N_("Choose a new password"),
    says=N_("Someone asked for a new password for your account of eboxcast."),
    advice=(
        N_("If it was you, open this link to choose one. It works once, until {expires_at}."),
        N_("If it was not you, ignore this email: your password stays as it is."),
    ),
    to=_TO,
    link=_link,
    personal=True,
    urgent=True,
)
PASSWORD_SET = Kind(
    name="account-password-set",
    subject=N_("Your password was changed"),
    says=N_("The password of your account of eboxcast was set. All other sessions have ended."),
    advice=(_NOT_YOU,),
    to=_TO,
    when=_again,
    personal=True,
    urgent=True,
)
FACTOR_ADDED = Kind(
    name="account-factor-added",
    subject=N_("A second factor was added"),
    says=N_(
        "An app or a passkey was added to your account of eboxcast. From now on you also show it when you sign in."
    ),
    advice=(_NOT_YOU,),
    to=_TO,
    personal=True,
    urgent=True,
)
FACTOR_REMOVED = Kind(
    name="account-factor-removed",
    subject=N_("A second factor was removed"),
    says=N_("An app or a passkey was removed from your account of eboxcast."),
    advice=(_NOT_YOU,),
    to=_TO,
    personal=True,
    urgent=True,
)
FACTOR_RESET = Kind(
    name="account-factor-reset",
    subject=N_("Your second factor was removed by {by}"),
    says=N_(
        "{by} removed the app, the passkeys and the recovery codes of your account of eboxcast, "
        "and ended your sessions."
    ),
    advice=(
        N_("Sign in with your password, and set up a second factor again."),
        _NOT_YOU,
    ),
    to=_TO,
    personal=True,
    urgent=True,
)
RECOVERY_CODE_USED = Kind(
    name="account-recovery-code-used",
    subject=N_("A recovery code was used"),
    says=N_("Someone signed in to your account of eboxcast with one of your recovery codes."),
    advice=(_NOT_YOU,),
    to=_TO,
    personal=True,
    urgent=True,
)
LINKED = Kind(
    name="account-linked",
    subject=N_("Your account was linked with your organisation"),
    says=N_("From now on you can sign in to eboxcast with the identity provider of your organisation."),
    advice=(_NOT_YOU,),
    to=_TO,
    personal=True,
    urgent=True,
)
