"""The words for states, roles, sides and checks of a broadcast, marked for the catalogue."""

from __future__ import annotations

from eboxcast.broadcasts.models import Outcome, Side, State
from eboxcast.broadcasts.words import WHO
from eboxcast.lib.actors import Role
from eboxcast.lib.translation import N_, translate

STATES = {
    State.REQUESTED: N_("requested"),
    State.POSTPONED: N_("postponed"),
    State.REFUSED: N_("refused"),
    State.CANCELLED: N_("cancelled"),
    State.SCHEDULED: N_("scheduled"),
    State.ACCEPTANCE_DELIVERED: N_("acceptance files delivered"),
    State.TESTED: N_("tested"),
    State.APPROVED: N_("approved"),
    State.REJECTED: N_("rejected"),
    State.PRODUCTION_DELIVERED: N_("production files delivered"),
    State.CONFIRMED: N_("confirmed"),
    State.ARMED: N_("armed"),
    State.MISSED: N_("missed"),
    State.LAUNCHED: N_("launched"),
    State.PUBLISHED: N_("published"),
    State.RECALLED: N_("recalled"),
    State.REPORTED: N_("reported"),
    State.CLOSED: N_("closed"),
}
"""For people, in a word or three."""

SITUATIONS = {
    State.REQUESTED: N_("Requested. Both sides must accept one of the dates."),
    State.POSTPONED: N_("Postponed. Other dates have been proposed."),
    State.REFUSED: N_("Refused. This is final, but the institution can request another broadcast."),
    State.CANCELLED: N_("Cancelled by the institution. This is final."),
    State.SCHEDULED: N_("Both sides accepted the date. The files for acceptance must be delivered."),
    State.ACCEPTANCE_DELIVERED: N_("The files for acceptance have been delivered. The test has not run yet."),
    State.TESTED: N_("The test document is in the eBoxes of the short list. The institution is checking it."),
    State.APPROVED: N_("The institution approved the test. The files for production must be delivered."),
    State.REJECTED: N_("The institution rejected the test. New files for acceptance must be delivered."),
    State.PRODUCTION_DELIVERED: N_("The files for production are prepared but not visible yet. The GO is needed."),
    State.CONFIRMED: N_("The institution gave its GO. The launch can be armed, or started during the window."),
    State.ARMED: N_("Armed. It launches automatically at the agreed moment."),
    State.MISSED: N_("The window passed and nothing was published. Another date is needed."),
    State.LAUNCHED: N_("Launched. The run has not finished yet."),
    State.PUBLISHED: N_("Published: the document is in the eBoxes."),
    State.RECALLED: N_("Recalled: the document was published, then withdrawn from all eBoxes."),
    State.REPORTED: N_("Published, and the report was sent to the institution."),
    State.CLOSED: N_("Complete: published, reported and closed."),
}

SIDES = {Side.VALIDATOR: N_("validator"), Side.OPERATOR: N_("operator")}

OUTCOMES = {
    Outcome.ACCEPTED: N_("accepted"),
    Outcome.POSTPONED: N_("postponed"),
    Outcome.REFUSED: N_("refused"),
}


def who_in(roles: tuple[Role, ...], language: str) -> str:
    """Return whose turn it is, in words."""
    return ", ".join(translate(WHO[role], language) for role in roles) or translate(_BY_ITSELF, language)


_BY_ITSELF = N_("no one (automatic)")
