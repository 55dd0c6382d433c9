"""The commands that can come next for a run, and what for: made of the next actions that the engine names."""

from __future__ import annotations

from eboxcast.delivery.models import Action, Run, State
from eboxcast.delivery.remote.batches import sums_of
from eboxcast.delivery.runs.progress import LAUNCH_BROADCAST, REPORT, SEE, RunProgress, action_of
from eboxcast.delivery.runs.states import AT_REST, Situation, permission_of
from eboxcast.lib.command_line import command_of
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_, translate
from eboxcast.presenters.schemas.run import Step


def launch_command(run: Run) -> str:
    """Return the command that launches a run, in the window it was given where there was one."""
    return command_of(action_of(run, Action.LAUNCH))


def continuing_command(run: Run) -> str:
    """Return what continues a run that is sent to a provider, whatever halted it."""
    if run.state == State.FAILED and sums_of(run.id).unknown:
        return command_of(action_of(run, Action.RESOLVE))
    if run.state in AT_REST:
        return f"{command_of(action_of(run, Action.RESUME))} && {launch_command(run)}"
    return launch_command(run)


def steps_of(progress: RunProgress, language: str) -> tuple[Step, ...]:
    """Return what can come next for a run."""
    return tuple(
        Step(
            action=action.action,
            parameters=action.parameters,
            command=command_of(action),
            purpose=translate(_purpose(action, progress), language),
        )
        for action in progress.next_actions
    )


def _purpose(action: NextAction, progress: RunProgress) -> str:
    begun = progress.state != State.PREPARED
    special = _WHEN_SENT if progress.situation is not Situation.AT_ONCE else _AT_ONCE
    name = permission_of(Action.LAUNCH) if action.action == LAUNCH_BROADCAST else action.action
    return special.get((name, begun)) or _PURPOSES[name]


_PURPOSES = {
    SEE: N_("to follow it"),
    REPORT: N_("to see its account"),
    permission_of(Action.PREPARE): N_("to prepare it from the same files"),
    permission_of(Action.LAUNCH): N_("to make it visible to all recipients"),
    permission_of(Action.RESOLVE): N_("to resolve the unknown recipients"),
    permission_of(Action.RESUME): N_("to undo the stop"),
    permission_of(Action.PAUSE): N_("to pause it"),
    permission_of(Action.STOP): N_("to prevent anything from becoming visible"),
    permission_of(Action.CLOSE): N_("to end it as published in part (final)"),
    permission_of(Action.DISCARD): N_("to discard it (final)"),
    permission_of(Action.RETRY): N_("to retry the recipients who were refused or not attempted"),
    permission_of(Action.RECALL): N_("to recall it from all recipients (final)"),
}
_AT_ONCE = {
    (permission_of(Action.LAUNCH), True): N_("to continue, if the process that launched it has ended"),
}
_WHEN_SENT = {
    (permission_of(Action.LAUNCH), False): N_("to send it"),
    (permission_of(Action.LAUNCH), True): N_("to continue from here, with or without workers"),
    (permission_of(Action.STOP), True): N_("to stop it from being sent to anyone else"),
    (permission_of(Action.RESUME), True): N_("to continue with the remaining recipients"),
}
"""Said otherwise once it has begun, or where it is sent in calls."""
