"""Why a recipient cannot sign in now."""

from __future__ import annotations

from eboxcast.lib.errors import NotAllowedNow, NotFound, Trouble
from eboxcast.lib.translation import N_


class NoEboxesHere(NotFound):
    """This installation shows no eBoxes of this environment to recipients."""

    code = "inbox.none-here"


class NumberMissing(NotAllowedNow):
    """The identity provider told no number by which we know an eBox."""

    code = "inbox.number-missing"
    sentence = N_("The identity provider did not provide the number that your eBox is known by.")
    remedy = N_("Sign in in another way. If there is none, ask the contact centre.")


class TooManyMandates(NotAllowedNow):
    """More enterprises than a session can hold."""

    code = "inbox.too-many-mandates"
    sentence = N_("You act for more than {most} enterprises. That is more than can be chosen from on this site.")
    remedy = N_("When you sign in, choose the enterprise you act for.")


class SimulatedSignIn(Trouble):
    """Real eBoxes are not opened for people who choose who they are."""

    code = "inbox.sign-in-simulated"
    sentence = N_("Signing in is not possible: a simulated identity provider cannot open real eBoxes.")
    remedy = N_("The operator must configure a real identity provider in EBOXCAST_SIGN_IN_FILE.")
