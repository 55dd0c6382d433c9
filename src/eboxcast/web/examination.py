"""What the doctor looks at of signing in: whether each identity provider answers, and may be used."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from eboxcast.database.findings import Check, Finding, State, Surroundings
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

_PAGES_ANSWER = N_("The identity provider of the pages, {name}, responds.")
_PAGES_SIMULATED = N_("The identity provider of the pages, {name}, is simulated: each visitor chooses who they are.")
_PAGES_NEVER_REAL = N_("It signs in no one here. Configure a real one in EBOXCAST_SIGN_ON_ISSUER.")
_PAGES_NO_ANSWER = N_("The identity provider of the pages, {name}, cannot be used at the moment.")
_PAGES_COMPARE = N_(
    "People with a password or a passkey can still sign in. Check EBOXCAST_SIGN_ON_ISSUER against "
    "docs/howto/sign-on.md, or ask the provider's support."
)


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


def sign_on(around: Surroundings) -> Iterator[Finding]:
    """Whether the people of the procedure can sign in with the provider of their organisation, where there is one."""
    options = settings.EBOXCAST_SIGN_ON
    if options is None:
        return
    from eboxcast.web.identity import IdentityProvider  # with what speaks HTTP: a third of a second, where it is set

    data = {"name": options.name}
    try:
        simulated = bool(IdentityProvider(options, needed="").describe().get(SIMULATED))
    except EboxcastError:
        yield Finding("sign-on", State.FAILED, _PAGES_NO_ANSWER, data, _PAGES_COMPARE)
        return
    if not simulated:
        yield Finding("sign-on", State.OK, _PAGES_ANSWER, data)
    elif CONTROL in around.reached and is_real():
        yield Finding("sign-on", State.FAILED, _PAGES_SIMULATED, data, _PAGES_NEVER_REAL)
    else:
        yield Finding("sign-on", State.ATTENTION, _PAGES_SIMULATED, data, _ONLY_FICTION)


CHECKS: tuple[Check, ...] = (sign_in, sign_on)
