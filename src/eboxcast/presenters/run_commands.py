"""The commands that can come next for a run."""

from __future__ import annotations

import shlex

from eboxcast.delivery.models import Action, Run, State
from eboxcast.delivery.remote.batches import sums_of
from eboxcast.delivery.runs.retries import may_be_retried
from eboxcast.lib import clock
from eboxcast.lib.translation import N_, translate
from eboxcast.presenters.schemas.run import Step
from eboxcast.targets.opening import capabilities_of

_REASON = '--reason "…"'


def prepare_command(run: Run) -> str:
    """Return the command that prepares a run again, with the choices it was begun with."""
    if retried := run.particulars.get("retry_of"):
        return f"eboxcast retry {retried[:8]}"
    policies = run.particulars["policies"]
    words = ["eboxcast prepare DIR --environment", run.environment]
    if policies["duplicates"] != "merge":
        words.append(f"--duplicates {policies['duplicates']}")
    if policies["faulty_rows"] != "block":
        words.append(f"--faulty-rows {policies['faulty_rows']}")
    return " ".join(words + ["--add"] * run.adds)


def launch_command(run: Run) -> str:
    """Return the command that launches a run, in the window it was given where there was one."""
    words = ["eboxcast", "launch", run.short]
    for option, moment in (("--not-before", run.not_before_at), ("--not-after", run.not_after_at)):
        if moment is not None and run.state == State.RUNNING:
            over = option == "--not-after" and moment <= clock.now()
            words += [option, "…" if over else moment.isoformat(timespec="seconds")]
    return " ".join(word if word == "…" else shlex.quote(word) for word in words)


def continuing_command(run: Run) -> str:
    """Return what continues a run that is sent to a provider, whatever halted it."""
    if run.state == State.FAILED and sums_of(run.id).unknown:
        return f"eboxcast resolve {run.short} --unknown published|refused|resend {_REASON}"
    if run.state in (State.PAUSED, State.STOPPED, State.FAILED):
        return f"eboxcast resume {run.short} && {launch_command(run)}"
    return launch_command(run)


def command_for(run: Run, action: Action) -> str:
    """Return what continues something that was asked of a run, where its process has ended."""
    if action == Action.PREPARE:
        return prepare_command(run)
    if action == Action.LAUNCH:
        return launch_command(run)
    return f"eboxcast status {run.short}"


def steps_of(run: Run, language: str) -> tuple[Step, ...]:
    """Return what can come next for a settled run."""
    launch, short = launch_command(run), run.short
    commands = {
        "prepare": prepare_command(run),
        "launch": launch,
        "go_on": launch,
        "stop": f"eboxcast stop {short} {_REASON}",
        "resume": f"eboxcast resume {short}",
        "send": launch,
        "send_on": launch,
        "watch": f"eboxcast status {short} --watch",
        "pause": f"eboxcast pause {short} {_REASON}",
        "hold": f"eboxcast stop {short} {_REASON}",
        "go_on_again": f"eboxcast resume {short}",
        "resolve": f"eboxcast resolve {short} --unknown published|refused|resend {_REASON}",
        "close": f"eboxcast close {short} {_REASON}",
        "retry": f"eboxcast retry {short}",
        "discard": f"eboxcast discard {short} {_REASON}",
        "report": f"eboxcast report {short}",
        "recall": f"eboxcast recall {short} {_REASON}",
    }
    return tuple(Step(command=commands[name], purpose=translate(_PURPOSES[name], language)) for name in _names(run))


_PURPOSES = {
    "prepare": N_("to prepare it from the same files"),
    "launch": N_("to make it visible to all recipients"),
    "go_on": N_("to continue, if the process that launched it has ended"),
    "stop": N_("to prevent anything from becoming visible"),
    "resume": N_("to undo the stop"),
    "send": N_("to send it"),
    "send_on": N_("to continue from here, with or without workers"),
    "watch": N_("to follow it"),
    "pause": N_("to pause it"),
    "hold": N_("to stop it from being sent to anyone else"),
    "go_on_again": N_("to continue with the remaining recipients"),
    "resolve": N_("to resolve the unknown recipients"),
    "close": N_("to end it as published in part (final)"),
    "retry": N_("to retry the recipients who were refused or not attempted"),
    "discard": N_("to discard it (final)"),
    "report": N_("to see its account"),
    "recall": N_("to recall it from all recipients (final)"),
}


def _names(run: Run) -> tuple[str, ...]:
    state = State(run.state)
    if capabilities_of(run.environment).atomic_visibility or state not in _NEXT_OF_SENT:
        return _NEXT[state]
    names = _NEXT_OF_SENT[state]
    if state == State.PUBLISHED:
        not_reached = run.refused_count or run.not_attempted_count
        return (*names, "retry") if not_reached and may_be_retried(run) else names
    if state == State.FAILED and sums_of(run.id).unknown:
        names = ("resolve", *names)
    return tuple("discard" if name == "close" and run.visible_at is None else name for name in names)


_NEXT_OF_SENT = {
    State.PREPARED: ("send", "stop", "discard"),
    State.RUNNING: ("watch", "send_on", "pause", "hold"),
    State.PAUSED: ("go_on_again", "hold", "close"),
    State.STOPPED: ("go_on_again", "close"),
    State.FAILED: ("go_on_again", "close"),
    State.PUBLISHED: ("report",),
}


_NEXT = {
    State.PREPARING: ("prepare", "discard"),
    State.PREPARED: ("launch", "stop", "discard"),
    State.RUNNING: ("go_on", "stop"),
    State.PAUSED: ("stop",),
    State.COMPLETE: ("go_on", "stop"),
    State.PUBLISHED: ("report", "recall"),
    State.STOPPED: ("resume", "discard"),
    State.FAILED: ("resume", "discard"),
    State.DISCARDED: ("report",),
    State.SUPERSEDED: ("report",),
    State.RECALLED: ("report",),
}
