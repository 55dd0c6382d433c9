"""How a run that is sent goes, as lines, as one line, and for JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from eboxcast.cli.runs.next_steps import launch_command
from eboxcast.delivery.models import Run, State
from eboxcast.delivery.remote.progress import UnderWay
from eboxcast.lib import clock
from eboxcast.lib.formatting import duration, grouped
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, translate
from eboxcast.reports.states import state_in

_BATCHES = N_("Batches: {done} done, {open} open, {busy} of them being worked on.")
_RATE = N_("Rate: {rate} recipients per second in the last minute; about {left} to go.")
_AT_WORK = N_("At work: {workers}")
_NOBODY = N_("Nobody works on it now. If no worker is to take it up: {command}")
_LATER = N_("The next batch begins at {moment}: the rate, or the provider, asks to wait.")
_WINDOW = N_("Its window ended at {end}: nothing more is sent.")
_ONE_LINE = N_(
    "{time} · {state} · {sent} sent, {refused} refused, {unknown} unknown, {left} left · {rate}/s, {seconds_left} to go"
    " · {busy} at work"
)


def work_lines(run: Run, under_way: UnderWay, language: str) -> Iterator[str]:
    """Return how far it is, how fast, who is at it and what it waits for."""
    busy = sum(one.batches for one in under_way.busy)
    counts = {"done": under_way.batches_done, "open": under_way.batches_open, "busy": busy}
    yield translate(_BATCHES, language, {name: grouped(count, language) for name, count in counts.items()})
    if under_way.rate and run.state == State.RUNNING:
        data = {"rate": grouped(round(under_way.rate), language), "left": _left(under_way)}
        yield translate(_RATE, language, data)
    if under_way.busy:
        yield translate(_AT_WORK, language, {"workers": _workers(under_way)})
    if run.state == State.RUNNING:
        yield from _waiting(run, under_way, language)


def _waiting(run: Run, under_way: UnderWay, language: str) -> Iterator[str]:
    if run.not_after_at is not None and run.not_after_at <= clock.now():
        yield translate(_WINDOW, language, {"end": clock.shown(run.not_after_at)})
    elif under_way.next_claim_at:
        yield translate(_LATER, language, {"moment": clock.shown(under_way.next_claim_at)})
    elif not under_way.busy:
        yield translate(_NOBODY, language, {"command": launch_command(run)})


def work_line(run: Run, under_way: UnderWay, language: str) -> str:
    """Return all of it in one line, for logs."""
    counts = {
        "sent": under_way.sent,
        "refused": under_way.refused,
        "unknown": under_way.unknown,
        "left": under_way.left,
        "rate": round(under_way.rate or 0),
        "busy": sum(one.batches for one in under_way.busy),
    }
    data = {name: grouped(count, language) for name, count in counts.items()}
    now = clock.now().astimezone(clock.BRUSSELS)
    data |= {"time": f"{now:%H:%M:%S}", "state": state_in(run.state, language), "seconds_left": _left(under_way)}
    return translate(_ONE_LINE, language, data)


def work_values(under_way: UnderWay) -> dict[str, object]:
    """Return it for JSON (docs/reference/answers-json.md)."""
    return {
        "batches_done": under_way.batches_done,
        "batches_open": under_way.batches_open,
        "sent": under_way.sent,
        "refused": under_way.refused,
        "unknown": under_way.unknown,
        "left": under_way.left,
        "rate": under_way.rate and round(under_way.rate, 1),
        "seconds_left": under_way.seconds_left and round(under_way.seconds_left),
        "next_claim_at": _iso(under_way.next_claim_at),
        "busy": [
            {"worker": mask_and_strip(one.worker), "batches": one.batches, "until": _iso(one.until)}
            for one in under_way.busy
        ],
    }


def _workers(under_way: UnderWay) -> str:
    """Name processes rather than their lanes."""
    processes = Counter[str]()
    for one in under_way.busy:
        processes[":".join(one.worker.split(":")[:2])] += one.batches
    return ", ".join(f"{mask_and_strip(name)} ({count})" for name, count in sorted(processes.items()))


def _left(under_way: UnderWay) -> str:
    return duration(under_way.seconds_left) if under_way.seconds_left is not None else "?"


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(clock.BRUSSELS).isoformat(timespec="milliseconds") if moment else None
