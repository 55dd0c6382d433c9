"""Where a run stands: its state, since when, by whom, what is still asked of it, and the commands that come next."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import datetime

from eboxcast.audit.models import Entry
from eboxcast.database.errors import quiet
from eboxcast.delivery.intents import open_intents
from eboxcast.delivery.models import Action, Run, State
from eboxcast.lib.plain import plain
from eboxcast.lib.wording import N_

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
    with quiet():
        entries = Entry.objects.filter(run=run.id, action=f"run.{run.state}").order_by("-id")
        entry = entries.first()
        pending = tuple(
            Pending(
                action=intent.action,
                by=plain(intent.by),
                at=intent.asked_at,
                command=_continuing(run, Action(intent.action)),
            )
            for intent in open_intents(run)
        )
    return Standing(
        since=moment_of(run) or (entry.at if entry else run.created_at),
        by=plain(entry.by if entry else run.created_by),
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
            words += [option, moment.isoformat(timespec="seconds")]
    return shlex.join(words)


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
        "discard": Step(command=f"eboxcast discard {run.short} {_REASON}", purpose=N_("to give it up, for good")),
        "report": Step(command=f"eboxcast report {run.short}", purpose=N_("for its account")),
        "recall": Step(
            command=f"eboxcast recall {run.short} {_REASON}", purpose=N_("to take it back from everybody, for good")
        ),
    }
    return [known[name] for name in _NEXT[State(run.state)]]


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
