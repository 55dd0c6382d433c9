"""Where a run stands and how it goes, as people read it in a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from eboxcast.delivery.models import State
from eboxcast.lib import clock
from eboxcast.lib.formatting import duration, grouped, moment_in
from eboxcast.lib.translation import N_, translate
from eboxcast.presenters.schemas.run import RunStatus, Work
from eboxcast.reports.states import ENVIRONMENTS, state_in

_HEAD = N_("Run {run} · {environment} · {state} since {since} · {by}")
_PENDING = N_(
    "Requested by {by} at {at} and not done yet: {action}. If no process is working on it any more: {command}"
)
_REASON = N_("Reason: {reason}")
_NEXT = N_("Possible next steps:")
_BATCHES = N_("Batches: {done} done, {open} open, {busy} of them in progress.")
_RATE = N_("Rate: {rate} recipients per second in the last minute; about {left} to go.")
_AT_WORK = N_("In progress with: {workers}")
_NOBODY = N_("No process is working on it now. If no worker will take it over: {command}")
_LATER = N_("The next batch starts at {moment}, because of the rate limit or the provider.")
_WINDOW = N_("The window ended at {end}: nothing more is sent.")
_ONE_LINE = N_(
    "{time} · {state} · {sent} sent, {refused} refused, {unknown} unknown, {left} left · {rate}/s, "
    "{seconds_left} to go · {busy} in progress"
)


def status_lines(status: RunStatus, language: str) -> Iterator[str]:
    """Return all of it, line by line."""
    yield status_head(status, language)
    ticket = status.ticket if status.sequence is None else f"{status.ticket} · {status.sequence}"
    yield f"{ticket} · {status.language.upper()} · {status.title}"
    yield status.sentence
    if status.reason:
        yield translate(_REASON, language, {"reason": status.reason})
    for part in status.pending:
        yield translate(_PENDING, language, {**vars(part), "at": moment_in(part.at, language)})
    if status.work:
        yield from _work_lines(status, status.work, language)
    yield ""
    yield translate(_NEXT, language)
    width = max(len(step.command) for step in status.next)
    for step in status.next:
        yield f"  {step.command.ljust(width)}  {step.purpose}"


def status_head(status: RunStatus, language: str) -> str:
    """Return in one line which run it is, and its state."""
    head = {
        "run": status.run,
        "environment": translate(ENVIRONMENTS[status.environment], language),
        "state": state_in(status.state, language),
        "since": moment_in(status.since, language),
        "by": status.by,
    }
    return translate(_HEAD, language, head)


def work_line(status: RunStatus, work: Work, language: str) -> str:
    """Return in one line how the sending goes, for logs."""
    counts = {
        "sent": work.sent,
        "refused": work.refused,
        "unknown": work.unknown,
        "left": work.left,
        "rate": round(work.rate or 0),
        "busy": _busy(work),
    }
    data = {name: grouped(count, language) for name, count in counts.items()}
    now = clock.now().astimezone(clock.BRUSSELS)
    data |= {"time": f"{now:%H:%M:%S}", "state": state_in(status.state, language), "seconds_left": _left(work)}
    return translate(_ONE_LINE, language, data)


def _work_lines(status: RunStatus, work: Work, language: str) -> Iterator[str]:
    """Return how far it is, how fast, who is at it and what it waits for."""
    counts = {"done": work.batches_done, "open": work.batches_open, "busy": _busy(work)}
    yield translate(_BATCHES, language, {name: grouped(count, language) for name, count in counts.items()})
    if work.rate and status.state == State.RUNNING:
        data = {"rate": grouped(round(work.rate), language), "left": _left(work)}
        yield translate(_RATE, language, data)
    if work.busy:
        yield translate(_AT_WORK, language, {"workers": _workers(work)})
    if status.state == State.RUNNING:
        yield from _waiting(status, work, language)


def _waiting(status: RunStatus, work: Work, language: str) -> Iterator[str]:
    if status.not_after is not None and status.not_after <= clock.now():
        yield translate(_WINDOW, language, {"end": moment_in(status.not_after, language)})
    elif work.next_claim_at:
        yield translate(_LATER, language, {"moment": moment_in(work.next_claim_at, language)})
    elif not work.busy:
        yield translate(_NOBODY, language, {"command": work.command})


def _busy(work: Work) -> int:
    return sum(one.batches for one in work.busy)


def _workers(work: Work) -> str:
    """Name processes rather than their lanes."""
    processes = Counter[str]()
    for one in work.busy:
        processes[":".join(one.worker.split(":")[:2])] += one.batches
    return ", ".join(f"{name} ({count})" for name, count in sorted(processes.items()))


def _left(work: Work) -> str:
    return duration(work.seconds_left) if work.seconds_left is not None else "?"
