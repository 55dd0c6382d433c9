"""After a restore: find where the two databases tell different stories, and mend what can be mended (design §5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from eboxcast.audit.actions import record
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.errors import SendingForgotten
from eboxcast.delivery.models import Batch, Run
from eboxcast.delivery.recovery.restore_recovery import forgot_sending, is_half_sent, name_doubted
from eboxcast.delivery.runs.settlement import adopt, forgot_visibility, settle
from eboxcast.lib.actors import Actor
from eboxcast.lib.policy import authorize
from eboxcast.mailboxes import launching
from eboxcast.mailboxes.models import Release
from eboxcast.senders.models import WithoutEbox


class Difference(StrEnum):
    """What the two databases disagree about."""

    RUN_MISSING = "run_missing"
    """The environment has a release that control does not know: control was restored. Mended by adopting it."""
    VISIBILITY_FORGOTTEN = "visibility_forgotten"
    """Control knows it as visible, the environment does not: the environment was restored. Mended with its moment."""
    SENDING_FORGOTTEN = "sending_forgotten"
    """A run was sent to a remote provider, and to whom is lost. Mended by naming everybody who is in doubt."""
    RELEASE_MISSING = "release_missing"
    """Control knows a run of which the environment has nothing. Mended only by preparing it from the same files."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """One difference."""

    difference: Difference
    environment: str
    run: UUID


def find_differences(environment: str, *, was_restored: bool = False) -> Iterator[Found]:
    """Yield where control and an environment disagree; changes nothing.

    ``was_restored``: somebody says so. Then every run that is being sent is in doubt, also where no batch ended since.
    """
    with sanitized_db_errors():
        releases = {release.run: release for release in Release.objects.using(environment).only(*_OF_RELEASE)}
        sent = Exists(Batch.objects.filter(run=OuterRef("id")))
        found = Run.objects.filter(environment=environment).only(*_OF_RUN).annotate(is_sent=sent)
        runs = {run.id: (run, run.is_sent) for run in found}
    for run_id in releases.keys() - runs.keys():
        yield Found(difference=Difference.RUN_MISSING, environment=environment, run=run_id)
    for run_id, (run, is_sent) in runs.items():
        release = releases.get(run_id)
        if release is None and run.prepared_at is not None:
            yield Found(difference=Difference.RELEASE_MISSING, environment=environment, run=run_id)
        elif is_sent and release is not None and _lost_who_has_it(run, release, was_restored=was_restored):
            yield Found(difference=Difference.SENDING_FORGOTTEN, environment=environment, run=run_id)
        elif release is not None and forgot_visibility(run, release):
            yield Found(difference=Difference.VISIBILITY_FORGOTTEN, environment=environment, run=run_id)


_OF_RELEASE = ("run", "visible_at", "abandoned_at", "completed_at")
_OF_RUN = ("environment", "prepared_at", "visible_at", "published_count")
"""What tells them apart, of all that there ever were."""


def _lost_who_has_it(run: Run, release: Release, *, was_restored: bool) -> bool:
    return forgot_sending(run, release) or (was_restored and is_half_sent(run, release))


def repair(found: Found, *, actor: Actor) -> bool:
    """Mend one difference and say whether that was possible without the files. Raises NotYourRole, ReleaseMissing."""
    authorize(actor, "run.repair")
    if found.difference == Difference.RUN_MISSING:
        settle(adopt(found.environment, found.run))
        return True
    if found.difference == Difference.VISIBILITY_FORGOTTEN:
        show_again(Run.objects.get(id=found.run), by=actor.name)
        return True
    if found.difference == Difference.SENDING_FORGOTTEN:
        name_doubted(Run.objects.get(id=found.run), by=actor.name)
        return True
    return False


def show_again(run: Run, *, by: str) -> Run:
    """Make a run visible again as of its first moment; what was recalled stays recalled.

    Raises SendingForgotten where it was sent in calls, FenceClosed where somebody showed or ended it meanwhile.
    """
    if _was_sent(run):
        raise SendingForgotten(run=run.short, environment=run.environment)
    with sanitized_db_errors(), transaction.atomic():
        record("run.show_again_intended", by=by, environment=run.environment, run=run.id)
    refuse = run.without_ebox == WithoutEbox.REFUSE
    # One transaction, so that what was recalled is not seen by anybody for an instant.
    with sanitized_db_errors(), transaction.atomic(using=run.environment):
        launching.launch(run.environment, run.id, refuse_without_ebox=refuse, first_visible_at=run.visible_at)
        ended = {"recalled_at": run.recalled_at, "superseded_by": run.superseded_by}
        Release.objects.using(run.environment).filter(run=run.id).update(**ended)
    with sanitized_db_errors(), transaction.atomic():
        record("run.shown_again", by=by, environment=run.environment, run=run.id)
    return settle(run)


def _was_sent(run: Run) -> bool:
    """Say whether a run was cut into calls to a provider: only he knows what came of them."""
    with sanitized_db_errors():
        return run.batches.exists()
