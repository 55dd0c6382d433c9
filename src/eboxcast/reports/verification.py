"""Verifying a certificate: counts and digests computed again from what the environment holds now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import MappingProxyType

import numpy as np

from eboxcast.audit.sealing import seal_pending
from eboxcast.broadcasts.lookup import delivery_of_run
from eboxcast.broadcasts.models import Broadcast
from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.models import Run
from eboxcast.delivery.runs.lookup import authorize_for
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.buckets import Keys
from eboxcast.lib.errors import NotAllowedNow
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_
from eboxcast.mailboxes import fence
from eboxcast.mailboxes.audiences import counted, read_audience, read_outcome
from eboxcast.mailboxes.models import OutcomeKind, Release
from eboxcast.reports.handing_out import record_salt_given
from eboxcast.reports.procedure_verification import verify_records
from eboxcast.reports.schemas import Check, Counted, RecordCheck, Verification


class AudienceDeleted(NotAllowedNow):
    """There is nothing left to verify the certificate with."""

    code = "report.audience-deleted"
    sentence = N_("Run {run} can no longer be verified: the audience and the salt were deleted on {moment}.")
    remedy = N_("Personal data is kept for a limited time only. To see the counts and digests: {report}")
    actions = MappingProxyType({"report": NextAction(action="report.see", parameters={"run": "{run}"})})


def verify(run: Run, *, actor: Actor, with_salt: bool = False) -> Verification:
    """Compute the audiences of a settled run again, and compare the records of its broadcast with the audit.

    The audit keeps who got the salt too. Call it outside a transaction: what is not yet sealed is sealed first.
    Raises NotYourRole, RunNotFound, ReleaseMissing; AudienceDeleted where nothing is left to verify, or no salt.
    """
    authorize_for(run, "report.verify", actor=actor)
    release = fence.get_release(run.environment, run.id)
    delivery = delivery_of_run(run.id)
    if release.audience_purged_at is not None and (delivery is None or with_salt):
        raise AudienceDeleted(run=run.short, moment=release.audience_purged_at)
    checks = tuple(_checks(run.environment, release))
    records = _records(delivery.broadcast) if delivery else ()
    if with_salt:
        record_salt_given(run, actor=actor)
    return Verification(
        good=not (any(check.differs for check in checks) or any(record.differs for record in records)),
        run=str(run.id),
        environment=run.environment,
        verified_at=clock.now(),
        checks=checks,
        broadcast=delivery.broadcast.number if delivery else None,
        records=records,
        salt=bytes(release.salt).hex() if with_salt else None,
    )


def _records(broadcast: Broadcast) -> tuple[RecordCheck, ...]:
    with sanitized_db_errors():
        seal_pending()
        return verify_records(broadcast)


def _checks(environment: str, release: Release) -> Iterator[Check]:
    held = _Held(environment, release)
    yield _check("prepared", release, held.prepared, _counted(release.recipients_count, release.audience_digest))
    if release.published_count is None or release.published_digest is None:
        return
    yield _check("published", release, held.published, _counted(release.published_count, release.published_digest))
    if release.refused_digest is not None:
        told = _counted(release.refused_count or 0, release.refused_digest)
        yield _check("refused", release, held.refused, told)


def _check(audience: str, release: Release, read: Callable[[], Keys | None], told: Counted) -> Check:
    keys = read()
    if keys is None:
        deleted = release.audience_purged_at or release.outcomes_purged_at
        return Check(audience=audience, told=told, held=None, deleted=deleted)
    held = _counted(*counted(bytes(release.salt), keys))
    return Check(audience=audience, told=told, held=held, deleted=None)


class _Held:
    """The recipients as the environment holds them; None for those it has forgotten."""

    def __init__(self, environment: str, release: Release) -> None:
        self.connection = environment_connection(environment)
        self.prime = bucket_prime(environment)
        self.release = release
        self.sent = release.was_sent

    def prepared(self) -> Keys | None:
        """On our own eBoxes those refused were taken out of the audience; who is sent to stays in it."""
        audience = self._audience()
        if audience is None or self.sent or not self.release.refused_count:
            return audience
        refused = self.refused()
        return None if refused is None else np.union1d(audience, refused)

    def published(self) -> Keys | None:
        """On our own eBoxes they are the audience."""
        return self._outcome(OutcomeKind.SENT) if self.sent else self._audience()

    def refused(self) -> Keys | None:
        """Return those the policy or the provider refused."""
        return self._outcome(OutcomeKind.REFUSED_BY_TARGET if self.sent else OutcomeKind.REFUSED_BY_POLICY)

    def _audience(self) -> Keys | None:
        if self.release.audience_purged_at is not None:
            return None
        with sanitized_db_errors():
            return read_audience(self.connection, release=self.release.id, prime=self.prime)

    def _outcome(self, kind: OutcomeKind) -> Keys | None:
        if self.release.outcomes_purged_at is not None:
            return None
        with sanitized_db_errors():
            return read_outcome(self.connection, release=self.release.id, prime=self.prime, kind=kind)


def _counted(count: int, digest: bytes | memoryview) -> Counted:
    return Counted(count=count, sha256=bytes(digest).hex())
