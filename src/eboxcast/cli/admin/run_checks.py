"""What `eboxcast doctor` looks at beyond the databases: whether their stories agree, and what was left half way."""

from __future__ import annotations

from collections.abc import Iterator

from eboxcast.cli.shell.acting import actor
from eboxcast.database.findings import Check, Finding, State, Surroundings
from eboxcast.database.marks import is_ours
from eboxcast.database.names import CONTROL
from eboxcast.delivery.models import Intent
from eboxcast.delivery.recovery import repair as recovery
from eboxcast.delivery.recovery.repair import Difference, Found
from eboxcast.lib.translation import N_

_AGREE = N_("The control and {environment} databases agree.")
_MENDED = N_("Run {run} is consistent again in {environment}.")
_REPAIR = N_("Run: eboxcast doctor --repair")
_SENTENCES = {
    Difference.RUN_MISSING: N_(
        "The control database has no record of run {run}, which exists in {environment}. Was control restored?"
    ),
    Difference.VISIBILITY_FORGOTTEN: N_(
        "Run {run} was published, but is not visible to anyone in {environment}. Was {environment} restored?"
    ),
    Difference.SENDING_FORGOTTEN: N_(
        "Run {run} was sent, but {environment} no longer has the list of who received it. Was {environment} restored?"
    ),
    Difference.RELEASE_MISSING: N_("{environment} has no data for run {run}. Was {environment} restored?"),
}
_REMEDIES = {
    Difference.SENDING_FORGOTTEN: N_(
        "Restore {environment} to a later point in time, if you can. If not: eboxcast doctor --repair"
    ),
    Difference.RELEASE_MISSING: N_(
        "Prepare it again from the same files: eboxcast prepare DIR --environment {environment}"
    ),
}


def differences(around: Surroundings) -> Iterator[Finding]:
    """Where control and an environment disagree."""
    for environment in _environments(around):
        found = list(recovery.find_differences(environment))
        if not found:
            yield Finding("stories", State.OK, _AGREE, {"environment": environment})
        yield from map(_told, found)


def repair(*, restored: str | None) -> Check:
    """Return the check that mends what can be mended without the files; ``restored`` is what the operator restored."""

    def stories(around: Surroundings) -> Iterator[Finding]:
        for environment in _environments(around):
            for found in list(recovery.find_differences(environment, was_restored=environment == restored)):
                if recovery.repair(found, actor=actor()):
                    yield Finding("stories", State.OK, _MENDED, _data(found))
        yield from differences(around)

    return stories


def interrupted(around: Surroundings) -> Iterator[Finding]:
    """What somebody wanted of a run and nobody brought to an end."""
    if not _sound(around, CONTROL):
        return
    for intent in Intent.objects.filter(done_at=None).select_related("run"):
        sentence = N_("{action} of run {run}, requested by {by} at {moment}, was interrupted or is in progress.")
        data = {
            "action": intent.action,
            "run": intent.run.short,
            "by": intent.by,
            "moment": intent.asked_at,
        }
        remedy = N_("If no process is working on it any more: eboxcast status {run}")
        yield Finding("intents", State.ATTENTION, sentence, data, remedy)


def _environments(around: Surroundings) -> list[str]:
    if not _sound(around, CONTROL):
        return []
    return [alias for alias in around.reached if alias != CONTROL and _sound(around, alias)]


def _sound(around: Surroundings, alias: str) -> bool:
    """Leave alone what is another database than meant, or has other tables: ``marks`` says so already."""
    return alias in around.reached and is_ours(around.reached[alias])


def _told(found: Found) -> Finding:
    remedy = _REMEDIES.get(found.difference, _REPAIR)
    return Finding("stories", State.FAILED, _SENTENCES[found.difference], _data(found), remedy)


def _data(found: Found) -> dict[str, object]:
    return {"run": str(found.run)[:8], "environment": found.environment}
