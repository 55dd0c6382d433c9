"""A new run of the same message for those it did not reach, and who may be tried again: no files are needed for it."""

from __future__ import annotations

from uuid import UUID

import numpy as np

from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.broadcasts.errors import RetryNeedsBroadcast
from eboxcast.delivery.errors import NobodyToRetry, RefusedForgotten
from eboxcast.delivery.models import Action, Run, State
from eboxcast.delivery.runs.intents import give_up, intend
from eboxcast.delivery.runs.lookup import runs_in_hand, same_package_without_release
from eboxcast.delivery.runs.production_gate import may_be_retried
from eboxcast.delivery.runs.progress import too_late
from eboxcast.delivery.runs.settlement import settle, settle_by_id
from eboxcast.delivery.runs.states import row_of
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.buckets import Keys
from eboxcast.lib.digests import digest_of_keys
from eboxcast.lib.errors import InputRefused, NotAllowedNow
from eboxcast.lib.policy import authorize
from eboxcast.mailboxes.audiences import read_not_attempted, read_outcome
from eboxcast.mailboxes.fence import get_release
from eboxcast.mailboxes.messages import identity_of, stored_message
from eboxcast.mailboxes.models import OutcomeKind, Release
from eboxcast.mailboxes.values import NewRelease
from eboxcast.targets.opening import target_of

_REFUSED = (OutcomeKind.REFUSED_BY_TARGET, OutcomeKind.REFUSED_BY_POLICY)


def retry(run: Run, *, actor: Actor) -> Run:
    """Prepare a run with those who were refused in a published run, or not attempted because it was closed before.

    Those of whom nobody knows are not in it: they may have it.

    The same again returns the same run. Raises NotYourRole, NotInThisState, NobodyToRetry, RefusedForgotten,
    RetryNeedsBroadcast, and what preparing raises.
    """
    authorize(actor, "run.retry")
    by = actor.name
    run = settle(run)
    if row_of(run, Action.RETRY) is None:
        raise too_late(run, Action.RETRY)
    release = get_release(run.environment, run.id)
    keys = _not_reached(run, release)
    if not may_be_retried(run):
        raise RetryNeedsBroadcast(run=run.short)
    particulars = _particulars(run, release, keys, by=by)
    again = same_package_without_release(run.environment, identity_of(release.message), particulars)
    again = again or _run_like(run, particulars, by=by)
    order = _order(again, release, keys, particulars)
    same = target_of(run.environment).foresee(order).same_as
    return settle_by_id(run.environment, same or _store(again, order, by=by))


def _not_reached(run: Run, release: Release) -> Keys:
    if not (release.refused_count or release.not_attempted_count):
        raise NobodyToRetry(run=run.short)
    if release.outcomes_purged_at is not None:
        raise RefusedForgotten(run=run.short, moment=release.outcomes_purged_at)
    connection, prime = environment_connection(run.environment), bucket_prime(run.environment)
    with sanitized_db_errors():
        found = [read_outcome(connection, release=release.id, prime=prime, kind=kind) for kind in _REFUSED]
        if release.not_attempted_count:
            found.append(read_not_attempted(connection, release, prime=prime))
    return np.unique(np.concatenate(found))


def _particulars(run: Run, release: Release, keys: Keys, *, by: str) -> dict[str, object]:
    """Return what the earlier run said of its files; in the place of the lists stands whom it did not reach."""
    not_reached = {
        "file_name": f"not reached by run {run.short}",
        "digest": digest_of_keys(bytes(release.salt), keys).hex(),
        "size": 0,
        "encoding": "",
        "separator": "",
        "column": None,
        "rows": len(keys),
        "excluded": 0,
        "merged": 0,
        "recipients": len(keys),
        "faults": {},
    }
    told = {name: release.particulars[name] for name in ("document", "metadata", "policies", "procedure")}
    return {**told, "lists": [not_reached], "moved": 0, "adds": True, "by": by, "retry_of": str(run.id)}


def _run_like(run: Run, particulars: dict[str, object], *, by: str) -> Run:
    return Run(
        environment=run.environment,
        state=State.PREPARING,
        institution=run.institution,
        application=run.application,
        ticket=run.ticket,
        sequence=run.sequence,
        message_type=run.message_type,
        language=run.language,
        title=run.title,
        document_digest=run.document_digest,
        metadata_digest=run.metadata_digest,
        particulars=particulars,
        adds=True,
        created_at=clock.now(),
        created_by=by,
    )


def _order(again: Run, release: Release, keys: Keys, particulars: dict[str, object]) -> NewRelease:
    return NewRelease(
        run=again.id,
        message=stored_message(release.message),
        keys=keys,
        list_of_key=np.zeros(len(keys), dtype=np.uint16),
        list_count=1,
        adds=True,
        in_hand=runs_in_hand(again.environment, identity_of(release.message)),
        particulars=particulars,
        rejected_rows=(),
    )


def _store(again: Run, order: NewRelease, *, by: str) -> UUID:
    intend(again, Action.PREPARE, by=by)
    try:
        stored = target_of(again.environment).store(order)
    except (InputRefused, NotAllowedNow) as refusal:
        give_up(again, state=State.DISCARDED, by=by, result=refusal.code)
        raise
    for superseded in stored.superseded:
        settle_by_id(again.environment, superseded)
    return stored.run
