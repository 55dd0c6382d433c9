"""How a launch ends that did not come to its end: who has it, and the exact command that continues it."""

from __future__ import annotations

from eboxcast.cli.runs.decisions import remainder_now
from eboxcast.cli.shell.errors import NotFinished, SendingInterrupted
from eboxcast.delivery.models import Run, State
from eboxcast.delivery.runs.settlement import settle
from eboxcast.lib import clock
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.presenters.run_commands import continuing_command, launch_command

_WINDOW_OVER = N_("The window ended at {end}.")
_ENDED = (State.PUBLISHED, State.RECALLED, State.SUPERSEDED)


def refuse_unfinished(run: Run) -> None:
    """Raise NotFinished for a run that is paused, stopped or failed, or whose window is over."""
    if run.state in _ENDED:
        return
    language = language_of_user()
    reason = mask_and_strip(run.reason)
    if not reason and run.not_after_at is not None and run.not_after_at <= clock.now():
        reason = translate(_WINDOW_OVER, language, {"end": run.not_after_at})
    raise NotFinished(
        run=run.short,
        state=run.state,
        remainder=remainder_now(run, language),
        reason=reason,
        command=continuing_command(run),
    )


def refuse_interrupted(run: Run) -> None:
    """Raise SendingInterrupted where something of a run was sent when the signal came."""
    run = settle(run)
    if run.visible_at is not None and run.published_count is None:
        remainder = remainder_now(run, language_of_user())
        raise SendingInterrupted(run=run.short, remainder=remainder, command=launch_command(run))
