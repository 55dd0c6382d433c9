"""When an environment went back to before what was sent: nobody sends on as if nothing had been (design §5).

What a restore loses is the newest. So the batches that were done last tell: control knows what came of each, and the
environment must know the same. Whoever may have been sent to without a note is named, and then asked about or settled.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from eboxcast.audit.actions import record
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.errors import SendingForgotten
from eboxcast.delivery.models import Batch, BatchState, Run, State
from eboxcast.delivery.runs.settlement import forgot_account, forgot_visibility, settle
from eboxcast.lib import clock
from eboxcast.mailboxes import outcomes, sending
from eboxcast.mailboxes.fence import find_release, get_release
from eboxcast.mailboxes.models import OutcomeKind, Release
from eboxcast.mailboxes.outcomes import Range
from eboxcast.targets.opening import capabilities_of

_LATEST = 4
_TO_BE_ASKED = "{environment} was restored: once resumed, the provider is asked about {count} recipient(s)"
_UNKNOWN = "{environment} was restored: nobody knows whether {count} recipient(s) have the document"
_ACCOUNT = (
    "published_count",
    "refused_count",
    "unknown_count",
    "not_attempted_count",
    "never_activated_count",
    "published_digest",
    "refused_digest",
)


@sanitized_db_errors()
def forgot_sending(run: Run, release: Release) -> bool:
    """Say whether an environment lost notes of what was sent for a run."""
    if release.completed_at or release.abandoned_at or not run.batches.exists():
        return False
    if forgot_visibility(run, release) or forgot_account(run, release):
        return True
    latest = run.batches.filter(state=BatchState.DONE, number__gt=0).order_by("-done_at", "-number")[:_LATEST]
    return any(_counts(run, release, batch) != _recorded(batch) for batch in latest)


@sanitized_db_errors()
def is_half_sent(run: Run, release: Release) -> bool:
    """Say whether calls were made for a run whose account is not closed."""
    is_open = release.completed_at is None and release.abandoned_at is None
    return is_open and run.batches.filter(attempt__gt=0).exists()


def refuse_forgotten(run: Run) -> None:
    """Raise SendingForgotten where a run that was sent cannot be gone on with."""
    at_once = capabilities_of(run.environment).atomic_visibility
    release = None if at_once else find_release(run.environment, run.id)
    if release is not None and forgot_sending(run, release):
        raise SendingForgotten(run=run.short, environment=run.environment)


def lost_by_environment(run: Run) -> bool:
    """Say whether the environment holds nothing of a launched run any more, or not what was sent for it."""
    release = find_release(run.environment, run.id)
    return release is None or forgot_sending(run, release)


def name_doubted(run: Run, *, by: str) -> Run:
    """Name everybody who may have been sent to and has no note; doing it again changes nothing.

    Where the provider can be asked they are in flight, and asked about when the run is resumed; otherwise unknown.
    """
    with sanitized_db_errors(), transaction.atomic():
        record("run.name_doubted_intended", by=by, environment=run.environment, run=run.id)
    release = get_release(run.environment, run.id)
    attempted = list(run.batches.filter(attempt__gt=0).order_by("number"))
    sending.note_doubted(
        run.environment,
        run.id,
        [_range(release, batch) for batch in attempted],
        since=run.visible_at or clock.now(),
        askable=_can_be_asked(run),
    )
    _go_back(run, release, attempted, by=by)
    return settle(run)


def _can_be_asked(run: Run) -> bool:
    able = capabilities_of(run.environment)
    return able.links and able.statuses


def _go_back(run: Run, release: Release, attempted: list[Batch], *, by: str) -> None:
    """Bring control back to what the environment knows now."""
    doubted = {OutcomeKind.IN_FLIGHT: 0, OutcomeKind.UNKNOWN: 0}
    for batch in attempted:
        counts = outcomes.counts_in(run.environment, _range(release, batch)) if batch.number else {}
        batch.sent_count, batch.refused_count, batch.unknown_count = _of_kinds(counts)
        batch.state = BatchState.WAITING if counts.get(OutcomeKind.IN_FLIGHT) else BatchState.DONE
        batch.attempt, batch.lease_until, batch.done_at = batch.attempt + 1, None, batch.done_at or clock.now()
        for kind in doubted:
            doubted[kind] += counts.get(kind, 0)
    asked, unknown = doubted.values()
    reason = (_TO_BE_ASKED if asked else _UNKNOWN).format(environment=run.environment, count=asked or unknown)
    with sanitized_db_errors(), transaction.atomic():
        Run.objects.select_for_update().get(id=run.id)
        fields = ("sent_count", "refused_count", "unknown_count", "state", "attempt", "lease_until", "done_at")
        Batch.objects.bulk_update(attempted, fields, batch_size=1000)
        changes: dict[str, object] = dict.fromkeys(_ACCOUNT)
        Run.objects.filter(id=run.id).update(state=State.FAILED, reason=reason, **changes)
        data = {"to_be_asked": asked, "unknown": unknown}
        record("run.doubted_named", by=by, environment=run.environment, run=run.id, data=data)


def _counts(run: Run, release: Release, batch: Batch) -> tuple[int, int, int]:
    return _of_kinds(outcomes.counts_in(run.environment, _range(release, batch)))


def _of_kinds(counts: Mapping[str, int]) -> tuple[int, int, int]:
    sent, refused, unknown = OutcomeKind.SENT, OutcomeKind.REFUSED_BY_TARGET, OutcomeKind.UNKNOWN
    return counts.get(sent, 0), counts.get(refused, 0), counts.get(unknown, 0)


def _recorded(batch: Batch) -> tuple[int, int, int]:
    return batch.sent_count, batch.refused_count, batch.unknown_count


def _range(release: Release, batch: Batch) -> Range:
    return Range(release=release.id, first=batch.first_bucket, last=batch.last_bucket)
