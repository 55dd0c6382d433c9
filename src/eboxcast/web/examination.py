"""What the doctor looks at of the recipients' sign-in: whether each identity provider answers, and may be used."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from eboxcast.database.findings import Finding, State, Surroundings
from eboxcast.database.installation import is_real
from eboxcast.database.names import CONTROL, PRODUCTION
from eboxcast.lib.errors import EboxcastError
from eboxcast.lib.translation import N_
from eboxcast.simulator.identity.people import SIMULATED

_ANSWERS = N_("The identity provider of {environment} responds.")
_SIMULATED = N_("The identity provider of {environment} is simulated: each visitor chooses who they are.")
_ONLY_FICTION = N_("Use it with fictional people only.")
_NEVER_REAL = N_("Real eBoxes cannot be opened with it. Configure a real one in EBOXCAST_SIGN_IN_FILE.")
_NO_ANSWER = N_("The identity provider of {environment} cannot be used at the moment. Recipients cannot sign in.")
_COMPARE = N_("Check EBOXCAST_SIGN_IN_FILE against docs/howto/sign-in-of-recipients.md, or ask the provider's support.")


def sign_in(around: Surroundings) -> Iterator[Finding]:
    """Whether recipients can sign in, where they are meant to."""
    if not settings.EBOXCAST_SIGN_IN:
        return
    from eboxcast.web.identity import IdentityProvider  # with what speaks HTTP: a third of a second, where it is set

    for environment, options in settings.EBOXCAST_SIGN_IN.items():
        data = {"environment": environment}
        try:
            simulated = bool(IdentityProvider(options, needed=options.citizen_claim).describe().get(SIMULATED))
        except EboxcastError:
            yield Finding("sign-in", State.FAILED, _NO_ANSWER, data, _COMPARE)
            continue
        if not simulated:
            yield Finding("sign-in", State.OK, _ANSWERS, data)
        elif environment == PRODUCTION and CONTROL in around.reached and is_real():
            yield Finding("sign-in", State.FAILED, _SIMULATED, data, _NEVER_REAL)
        else:
            yield Finding("sign-in", State.ATTENTION, _SIMULATED, data, _ONLY_FICTION)
