"""What may be decided about a run and what follows from it, said before anybody decides."""

from __future__ import annotations

from collections.abc import Iterator

from eboxcast.delivery.models import Action, Run
from eboxcast.delivery.models import State as RunState
from eboxcast.delivery.remote.health import GoesOn, who_goes_on
from eboxcast.delivery.runs.progress import next_actions_of, too_late
from eboxcast.delivery.runs.states import Situation, exists, permission_of, row_of, situation_of
from eboxcast.lib.actors import Actor
from eboxcast.lib.formatting import grouped
from eboxcast.lib.policy import permits
from eboxcast.lib.translation import N_, translate
from eboxcast.presenters.schemas.live import Decision
from eboxcast.reports.recipients import readings_of, remainder_now

A = Action

LABELS = {
    A.LAUNCH: N_("Launch the run"),
    A.PAUSE: N_("Pause the run"),
    A.STOP: N_("Stop the run"),
    A.RESUME: N_("Resume the run"),
    A.PACE: N_("Change the speed"),
    A.RESOLVE: N_("Resolve unknown recipients"),
    A.CLOSE: N_("Close the run"),
    A.DISCARD: N_("Discard the run"),
    A.RETRY: N_("Retry those who were not reached"),
    A.RECALL: N_("Recall the document"),
}
"""What people decide about a run, as a button says it."""

FINAL = frozenset({A.RESOLVE, A.CLOSE, A.DISCARD, A.RECALL})
_HALTING = frozenset({A.PAUSE, A.STOP, A.CLOSE, A.DISCARD, A.RECALL})
_IS_FINAL = N_("This is final.")


def decisions_on(run: Run, actor: Actor, language: str) -> tuple[Decision, ...]:
    """Return what somebody may decide about a settled run, the most likely first."""
    named = {permission_of(one): one for one in LABELS}
    wanted = [named[one.action] for one in next_actions_of(run) if one.action in named]
    if row_of(run, A.PACE):
        wanted.append(A.PACE)
    return tuple(decision_on(run, one, language) for one in wanted if permits(actor, permission_of(one)))


def decision_on(run: Run, action: Action, language: str) -> Decision:
    """Return what follows from a decision about a settled run. Raises DecidedBefore where it is not possible now."""
    if row_of(run, action) is None:
        raise too_late(run, action)
    said = [*_consequences(run, action), *([_IS_FINAL] if action in FINAL else [])]
    return Decision(
        action=permission_of(action),
        label=translate(LABELS[action], language),
        consequences=tuple(translate(one, language, _data(run, language)) for one in said),
        final=action in FINAL,
        halting=action in _HALTING,
    )


def _consequences(run: Run, action: Action) -> Iterator[str]:
    situation = situation_of(run)
    special = _WHEN_SENT if situation is Situation.SENT else _UNSENT if situation is Situation.UNSENT else {}
    yield special.get(action) or _USUALLY[action]
    if action is A.RESUME and situation is not Situation.AT_ONCE and run.state in _SENT_ON[situation]:
        yield _GOES_ON[who_goes_on(run)]
    if action is A.RECALL:
        yield _READ


_SENT_ON = {
    Situation.SENT: (RunState.PAUSED, RunState.STOPPED, RunState.FAILED),
    Situation.UNSENT: (RunState.PAUSED,),
}
"""From where a run goes on at once when it is resumed; from elsewhere it is prepared again, and has to be launched."""


_GOES_ON = {
    GoesOn.NOBODY_IN_THIS_WINDOW: N_("The window ended on {end}: nothing is sent until a new one is set."),
    GoesOn.WORKERS: N_("The workers continue with it automatically."),
    GoesOn.NOBODY: N_("No worker is running: nothing is sent until one is started."),
}
_READ = N_("{read} recipients have already opened it.")

_USUALLY = {
    A.LAUNCH: N_("The document becomes visible to all {count} recipients at the same moment."),
    A.PAUSE: N_("No new batch starts until the run is resumed. Calls in progress finish first. So far: {remainder}."),
    A.STOP: N_("Nothing becomes visible to any of the {count} recipients. The run can be resumed later."),
    A.RESUME: N_(
        "The run is prepared again for {count} {count:recipient|recipients}. Nothing becomes "
        "visible until it is launched."
    ),
    A.PACE: N_("The new speed counts from the next batch."),
    A.RESOLVE: N_("Ask the provider's support first: they can see what became of the unknown recipients."),
    A.CLOSE: N_(
        "The run ends as published in part, with its certificate, and nothing more is sent. So far: {remainder}."
    ),
    A.DISCARD: N_("None of the {count} recipients has seen anything, and this run can never be launched."),
    A.RETRY: N_(
        "A new run is prepared with the same message, for the recipients who were refused or not attempted. "
        "Nothing is sent until it is launched, and unknown recipients are not included."
    ),
    A.RECALL: N_("The document disappears from the eBoxes of all {count} recipients at the same moment."),
}
_UNSENT = {
    A.LAUNCH: N_(
        "The document is sent to {count} {count:recipient|recipients} by the workers. Each "
        "recipient sees it once it is sent."
    ),
}
_WHEN_SENT = {
    A.LAUNCH: N_("The workers continue to send. So far: {remainder}."),
    A.STOP: N_(
        "Calls in progress finish, then nothing more is sent. "
        "Recipients who have the document keep it. So far: {remainder}."
    ),
    A.RESUME: N_("The remaining recipients are sent to. So far: {remainder}."),
}


def _data(run: Run, language: str) -> dict[str, object]:
    count = run.recipients_count if run.published_count is None else run.published_count
    readings = readings_of(run) if exists(run, A.RECALL) else None
    return {
        "count": grouped(count or 0, language),
        "remainder": remainder_now(run, language),
        "end": run.not_after_at or "",
        "read": grouped(readings.total if readings else 0, language),
    }
