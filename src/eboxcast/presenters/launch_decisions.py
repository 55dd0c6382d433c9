"""What may be decided about the launch of a broadcast and what follows from it, said before anybody decides."""

from __future__ import annotations

from eboxcast.broadcasts.guards import in_window
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.broadcasts.states import TRANSITIONS, Action, permission_of
from eboxcast.broadcasts.steps import refuse_impossible
from eboxcast.delivery.broadcasts.runs import PRODUCTION
from eboxcast.delivery.remote.health import workers
from eboxcast.lib.actors import Actor
from eboxcast.lib.formatting import grouped
from eboxcast.lib.translation import N_, translate
from eboxcast.presenters.schemas.live import Decision
from eboxcast.targets.opening import capabilities_of

A = Action

LABELS = {
    A.ARM: N_("Arm the launch"),
    A.LAUNCH: N_("Launch now"),
    A.DISARM: N_("Disarm the launch"),
}


def launch_decisions(broadcast: Broadcast, actor: Actor, language: str) -> tuple[Decision, ...]:
    """Return what somebody may decide about the launch of a broadcast, by its state and their role."""
    rows = [(one, TRANSITIONS.get((State(broadcast.state), one))) for one in LABELS]
    wanted = [one for one, row in rows if row and actor.has(*row.roles)]
    if in_window(broadcast, actor) is not None:
        wanted = [one for one in wanted if one is not A.LAUNCH]
    return tuple(_decision(broadcast, one, language) for one in wanted)


def launch_decision(broadcast: Broadcast, action: Action, *, actor: Actor, language: str) -> Decision:
    """Return what follows from a decision about the launch of a broadcast.

    Raises NotYourRole, NotInThisState with who came first, NotReady with all that is missing.
    """
    refuse_impossible(broadcast, action, actor=actor)
    return _decision(broadcast, action, language)


def _decision(broadcast: Broadcast, action: Action, language: str) -> Decision:
    at_once = capabilities_of(PRODUCTION).atomic_visibility
    said = [_CONSEQUENCES[action] if at_once else _IN_CALLS.get(action) or _CONSEQUENCES[action]]
    if action is not A.DISARM:
        said.append(_TOLD)
        if not at_once and not workers(PRODUCTION).alive_count:
            said.append(_NO_WORKERS)
    data = {
        "count": grouped(broadcast.recipients_count or 0, language),
        "moment": broadcast.agreed_at or "",
        "end": broadcast.window_ends_at or "",
    }
    return Decision(
        action=permission_of(action),
        label=translate(LABELS[action], language),
        consequences=tuple(translate(one, language, data) for one in said),
        final=False,
        halting=action is A.DISARM,
    )


_CONSEQUENCES = {
    A.ARM: N_(
        "On {moment}, the document becomes visible to {count} {count:recipient|recipients} "
        "automatically, if nothing is missing then."
    ),
    A.LAUNCH: N_("The document becomes visible to {count} {count:recipient|recipients} now, all at the same moment."),
    A.DISARM: N_("Nothing is launched automatically any more. The launch can be armed again, or started by hand."),
}
_IN_CALLS = {
    A.ARM: N_(
        "From {moment}, the workers send the document to {count} {count:recipient|recipients}, if "
        "nothing is missing then."
    ),
    A.LAUNCH: N_(
        "The workers send the document to {count} {count:recipient|recipients} from {moment}, "
        "until the window ends on {end}."
    ),
}
_TOLD = N_("The institution, the teams and the people on the follow-up sheet are told by email.")
_NO_WORKERS = N_("No worker is running: nothing is sent until one is started.")
