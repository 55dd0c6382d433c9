"""Where a run stands: its state, since when, by whom, what is still asked of it, and the commands that come next."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import datetime

from eboxcast.audit.models import Entry
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.models import Action, Run, State
from eboxcast.delivery.remote.batches import sums_of
from eboxcast.delivery.runs.intents import open_intents
from eboxcast.delivery.runs.retries import may_be_retried
from eboxcast.delivery.target_options import is_remote
from eboxcast.lib import clock
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_

_REASON = '--reason "…"'


@dataclass(frozen=True, kw_only=True)
class Step:
    """A command that may come next, and what for."""

    command: str
    purpose: str
    """Marked for the catalogue."""


@dataclass(frozen=True, kw_only=True)
class Pending:
    """Something that was asked of a run and has no result yet."""

    action: str
    by: str
    at: datetime
    command: str
    """What continues it, where its process has ended."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a run stands now."""

    since: datetime
    by: str
    pending: tuple[Pending, ...]
    steps: tuple[Step, ...]


def standing_of(run: Run) -> Standing:
    """Return where a settled run stands."""
    with sanitized_db_errors():
        entries = Entry.objects.filter(run=run.id, action=f"run.{run.state}").order_by("-id")
        entry = entries.first()
        pending = tuple(
            Pending(
                action=intent.action,
                by=mask_and_strip(intent.by),
                at=intent.asked_at,
                command=_continuing(run, Action(intent.action)),
            )
            for intent in open_intents(run)
        )
    moment = None if _is_sent(run) and run.state == State.PUBLISHED else moment_of(run)
    return Standing(
        since=moment or (entry.at if entry else run.created_at),
        by=mask_and_strip(entry.by if entry else run.created_by),
        pending=pending,
        steps=tuple(_steps(run)),
    )


def moment_of(run: Run) -> datetime | None:
    """Return since when a run is in its state, where the run itself knows it."""
    moments = {
        State.PREPARING: run.created_at,
        State.PREPARED: run.prepared_at,
        State.RUNNING: run.launched_at,
        State.PUBLISHED: run.visible_at,
        State.STOPPED: run.stopped_at,
        State.DISCARDED: run.abandoned_at,
        State.SUPERSEDED: run.recalled_at or run.abandoned_at,
        State.RECALLED: run.recalled_at,
    }
    return moments.get(State(run.state))


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


def _continuing(run: Run, action: Action) -> str:
    if action == Action.PREPARE:
        return prepare_command(run)
    if action == Action.LAUNCH:
        return launch_command(run)
    return f"eboxcast status {run.short}"


def _steps(run: Run) -> list[Step]:
    known = {
        "prepare": Step(command=prepare_command(run), purpose=N_("to prepare it, from the same files")),
        "launch": Step(command=launch_command(run), purpose=N_("to make it visible to everybody")),
        "go_on": Step(
            command=launch_command(run), purpose=N_("to go on, where the process that launched it has ended")
        ),
        "stop": Step(command=f"eboxcast stop {run.short} {_REASON}", purpose=N_("to let nothing become visible")),
        "resume": Step(command=f"eboxcast resume {run.short}", purpose=N_("to take back the stop")),
        "send": Step(command=launch_command(run), purpose=N_("to send it")),
        "send_on": Step(command=launch_command(run), purpose=N_("to go on from here, beside workers or alone")),
        "watch": Step(command=f"eboxcast status {run.short} --watch", purpose=N_("to follow it")),
        "pause": Step(command=f"eboxcast pause {run.short} {_REASON}", purpose=N_("to hold it for a while")),
        "hold": Step(command=f"eboxcast stop {run.short} {_REASON}", purpose=N_("to let nobody else get it")),
        "go_on_again": Step(command=f"eboxcast resume {run.short}", purpose=N_("to go on with those left")),
        "resolve": Step(
            command=f"eboxcast resolve {run.short} --unknown published|refused|resend {_REASON}",
            purpose=N_("to settle those of whom nobody knows"),
        ),
        "close": Step(
            command=f"eboxcast close {run.short} {_REASON}", purpose=N_("to end it as published in part, for good")
        ),
        "retry": Step(
            command=f"eboxcast retry {run.short}", purpose=N_("to try again those refused and those not attempted")
        ),
        "discard": Step(command=f"eboxcast discard {run.short} {_REASON}", purpose=N_("to give it up, for good")),
        "report": Step(command=f"eboxcast report {run.short}", purpose=N_("for its account")),
        "recall": Step(
            command=f"eboxcast recall {run.short} {_REASON}", purpose=N_("to take it back from everybody, for good")
        ),
    }
    return [known[name] for name in _names(run)]


def _is_sent(run: Run) -> bool:
    """Say whether a run is sent to a provider, rather than shown in our own eBoxes."""
    return is_remote(run.environment)


def _names(run: Run) -> tuple[str, ...]:
    state = State(run.state)
    if not _is_sent(run) or state not in _NEXT_OF_SENT:
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
