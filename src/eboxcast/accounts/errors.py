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


class FormSentBefore(NotAllowedNow):
    """The same form was sent, and what it asks for was done."""

    code = "accounts.form-sent-before"
    sentence = N_("This form was sent before. Nothing was done a second time.")


class NoAccount(NotFound):
    """Whoever acts has no account: they act by a token."""

    code = "accounts.none"


class PasswordWrong(InputRefused):
    """Whoever changes a password does not know the one that counts."""

    code = "accounts.password-wrong"
    sentence = N_("The current password is not correct.")


class SignOnRefused(NotAllowedNow):
    """A provider vouches for somebody who has no account here, or whose address it has not verified."""

    code = "accounts.sign-on-refused"
    sentence = N_("You are signed in with your organisation, but no account here belongs to you.")
    remedy = N_("Ask the integration team for an invitation, and open it before you sign in in this way.")


class SimulatedSignOn(NotAllowedNow):
    """A real installation is not opened for people who choose who they are."""

    code = "accounts.sign-on-simulated"
    sentence = N_("A simulated identity provider cannot sign anyone in on this installation.")
    remedy = N_("The operator must configure a real identity provider.")


class CodeWrong(NotAllowedNow):
    """Not the code of now, one that was used already, or no recovery code."""

    code = "accounts.code-wrong"
    sentence = N_("The code is not correct, or was used already.")
    remedy = N_("Wait until the app shows a new code, then enter that one.")


class PasskeyRefused(NotAllowedNow):
    """The passkey is not one of this account, or its answer does not fit what was asked."""

    code = "accounts.passkey-refused"
    sentence = N_("The passkey was not accepted.")
    remedy = N_("Try again, or use another way to sign in.")


class SetUpAgain(NotAllowedNow):
    """What was begun to set up an app took too long, or was of another window."""

    code = "accounts.set-up-again"
    sentence = N_("Setting up the app took too long.")
    remedy = N_("Begin again: the app shows a new entry.")


class ProofTooOld(NotAllowedNow):
    """Who changes how they sign in must have shown who they are a short while ago."""

    code = "accounts.proof-too-old"
    sentence = N_("Show again who you are before you change how you sign in.")


class HelpsOneself(NotAllowedNow):
    """Whoever looks after people does not take their own second factor away."""

    code = "accounts.helps-oneself"
    sentence = N_("You cannot remove your own second factor in this way.")
    remedy = N_("Use a recovery code, or ask a colleague of the integration team.")


class PasswordUnfit(InputRefused):
    """Too easy to guess; ``parts`` says why."""

    code = "accounts.password-unfit"
    sentence = N_("This password cannot be used.")

    def __init__(self, *, faults: Sequence[Reason]) -> None:
        super().__init__()
        self.parts = tuple(faults)
