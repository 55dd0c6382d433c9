"""What can be wrong with signing in, passwords and invitations."""

from __future__ import annotations

from collections.abc import Sequence

from eboxcast.lib.errors import InputRefused, NotAllowedNow, NotFound, Reason
from eboxcast.lib.translation import N_


class SignInRefused(NotAllowedNow):
    """Wrong name or password, nobody of that name, deactivated: all told in the same words."""

    code = "accounts.sign-in-refused"
    sentence = N_("The name, the email address or the password is not correct.")
    remedy = N_("Try again, or ask the integration team for a new invitation.")


class TooManyTries(NotAllowedNow):
    """Whoever guesses has to wait."""

    code = "accounts.too-many-tries"
    sentence = N_("There were too many attempts to sign in.")
    remedy = N_("Wait {minutes} minutes, then try again.")


class InvitationNotFound(NotFound):
    """No such invitation, one that was used, or one that has expired."""

    code = "accounts.invitation-not-found"
    sentence = N_("This invitation is not valid. It may have been used already, or has expired.")
    remedy = N_("Ask the integration team for a new invitation.")


class InvitationUnfit(InputRefused):
    """It would hold for too long, or is for a service account."""

    code = "accounts.invitation-unfit"
    sentence = N_("An invitation is for a person, not for a service account, and is valid for at most {most} days.")
    remedy = N_("Service accounts use a token instead.")


class NoAddress(InputRefused):
    """No mail can be sent to whoever is invited by one."""

    code = "accounts.no-address"
    sentence = N_("{name} has no email address.")
    remedy = N_("Record one first, or invite {name} with a link.")


class SessionNotFound(NotFound):
    """No such session, or another person's."""

    code = "accounts.session-not-found"
    sentence = N_("This session has already ended.")


class NoAccount(NotFound):
    """Whoever acts has no account: they act by a token."""

    code = "accounts.none"


class PasswordWrong(InputRefused):
    """Whoever changes a password does not know the one that counts."""

    code = "accounts.password-wrong"
    sentence = N_("The current password is not correct.")


class PasswordUnfit(InputRefused):
    """Too easy to guess; ``parts`` says why."""

    code = "accounts.password-unfit"
    sentence = N_("This password cannot be used.")

    def __init__(self, *, faults: Sequence[Reason]) -> None:
        super().__init__()
        self.parts = tuple(faults)
