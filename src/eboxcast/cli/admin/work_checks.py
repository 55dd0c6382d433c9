"""What `eboxcast doctor` looks at of the work: runs that stand still, workers that fell silent, providers."""

from __future__ import annotations

from collections.abc import Iterator

from eboxcast import __version__
from eboxcast.database.findings import Check, Finding, State, Surroundings
from eboxcast.database.marks import is_ours
from eboxcast.database.names import CONTROL, ENVIRONMENTS
from eboxcast.delivery.expiry import Step, foresee_expiry
from eboxcast.delivery.models import Run
from eboxcast.delivery.models import State as RunState
from eboxcast.delivery.remote import health
from eboxcast.lib.actors import STEWARD
from eboxcast.lib.errors import TargetRefusal, TargetTrouble
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_
from eboxcast.targets.opening import capabilities_of, target_of

_SOMEBODY = N_("Start a worker: eboxcast worker --environment {environment}")
_STALLED = N_(
    "{count} batches of run {run} are assigned to {workers}, which stopped responding. They have not "
    "been taken over since {since}."
)
_UNATTENDED = N_("Run {run} in {environment} is running and has open batches, but no process is working on it.")
_SILENT = N_("{count} workers of {environment} have not responded since {since}.")
_START_AGAIN = N_(
    "Check that their machines are running, and restart the workers. Other workers will take over their batches."
)
_ALIVE = N_("{count} workers of {environment} are active.")
_OTHER_VERSION = N_("The workers of {environment} have version {versions}; this program has version {version}.")
_SAME_VERSION = N_("Install the same version on all machines and restart the workers.")
_PAUSED = N_("Run {run} in {environment} is paused: {reason}")
_FAILED = N_("Run {run} in {environment} failed: {reason}")
_GO_ON = N_("To see its status: eboxcast status {run}; to continue: eboxcast resume {run}")
_WAITS = N_("Run {run} in {environment} was never launched. It will be discarded at {until}.")
_LAUNCH = N_("Launch it before then: eboxcast launch {run}")
_ANSWERS = N_("The provider of {environment} accepts the login and responds.")
_NO_ANSWER = N_("The provider of {environment} cannot be used at the moment: {reason}")
_COMPARE = N_("Check EBOXCAST_TARGETS_FILE against docs/reference/targets.md, or ask the provider's support.")


def lanes(around: Surroundings) -> Iterator[Finding]:
    """Batches and runs that nobody works on although it is time."""
    for environment in _environments(around):
        for found in health.stalled(environment):
            data = {
                **_named(found.run),
                "count": found.batches_count,
                "workers": ", ".join(found.workers),
                "since": found.since,
            }
            yield Finding("lanes", State.ATTENTION, _STALLED, data, _SOMEBODY)
        for run in health.unattended(environment):
            yield Finding("lanes", State.ATTENTION, _UNATTENDED, _named(run), _SOMEBODY)


def workers(around: Surroundings) -> Iterator[Finding]:
    """Which workers fell silent, and how many there are. Without a remote provider there are none to miss."""
    for environment in filter(_sends, _environments(around)):
        found = health.workers(environment)
        data = {"environment": environment, "count": found.alive_count}
        yield Finding("workers", State.OK, _ALIVE, data)
        if found.silent_since:
            silent = {**data, "count": found.silent_count, "since": found.silent_since}
            yield Finding("workers", State.ATTENTION, _SILENT, silent, _START_AGAIN)
        if others := [version for version in found.versions if version != __version__]:
            of_them = {**data, "versions": ", ".join(others), "version": __version__}
            yield Finding("workers", State.ATTENTION, _OTHER_VERSION, of_them, _SAME_VERSION)


def halted(around: Surroundings) -> Iterator[Finding]:
    """Runs that wait for somebody's decision."""
    for environment in _environments(around):
        for run in health.halted(environment):
            sentence = _PAUSED if run.state == RunState.PAUSED else _FAILED
            data = {**_named(run), "reason": mask_and_strip(run.reason) or "-"}
            yield Finding("halted", State.ATTENTION, sentence, data, _GO_ON)


def unlaunched(around: Surroundings) -> Iterator[Finding]:
    """Releases that nobody launches and that will soon be given up."""
    for environment in _environments(around):
        for due in foresee_expiry(environment, actor=STEWARD):
            if due.step in (Step.WARNED, Step.DISCARDED) and due.until:
                data = {"run": str(due.run)[:8], "environment": environment, "until": due.until}
                yield Finding("unlaunched", State.ATTENTION, _WAITS, data, _LAUNCH)


def providers(around: Surroundings) -> Iterator[Finding]:
    """Whether each remote provider knows us and answers."""
    for environment in filter(_sends, ENVIRONMENTS):
        if environment not in around.reached:
            continue
        data: dict[str, object] = {"environment": environment}
        target = target_of(environment)
        try:
            target.probe()
        except (TargetTrouble, TargetRefusal) as error:
            data["reason"] = _reason(error)
            yield Finding("providers", State.FAILED, _NO_ANSWER, data, _COMPARE)
        else:
            yield Finding("providers", State.OK, _ANSWERS, data)
        finally:
            target.close()


CHECKS: tuple[Check, ...] = (lanes, workers, halted, unlaunched, providers)


def _environments(around: Surroundings) -> list[str]:
    """Leave alone what is another database than meant, or has other tables: ``marks`` says so already."""
    reached = [alias for alias, connection in around.reached.items() if is_ours(connection)]
    return [alias for alias in reached if alias != CONTROL] if CONTROL in reached else []


def _sends(environment: str) -> bool:
    return not capabilities_of(environment).atomic_visibility


def _named(run: Run) -> dict[str, object]:
    return {"run": run.short, "environment": run.environment}


def _reason(error: TargetTrouble | TargetRefusal) -> str:
    told = [str(error.data[name]) for name in ("reason", "provider_code", "provider_message") if name in error.data]
    return mask_and_strip(" ".join(told))
