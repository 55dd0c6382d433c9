"""The states of a run, and where it is, in the reader's language."""

from __future__ import annotations

from eboxcast.delivery.models import State
from eboxcast.lib.translation import N_, translate

ENVIRONMENTS = {"acceptance": N_("acceptance"), "production": N_("production")}
STATES = {
    State.PREPARING: N_("preparing"),
    State.PREPARED: N_("prepared"),
    State.RUNNING: N_("running"),
    State.PAUSED: N_("paused"),
    State.PUBLISHED: N_("published"),
    State.STOPPED: N_("stopped"),
    State.FAILED: N_("failed"),
    State.DISCARDED: N_("discarded"),
    State.SUPERSEDED: N_("superseded"),
    State.RECALLED: N_("recalled"),
}


def state_in(run_state: str, language: str) -> str:
    """Return a state as people read it."""
    return translate(STATES[State(run_state)], language)
