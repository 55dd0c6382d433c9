"""Storing a release: one transaction, complete and invisible, or nothing.

The environment decides here what the same identity, content and recipients mean (design §5, "Identity of a message").
One advisory lock per identity makes two who store at once decide one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.database.names import PRODUCTION
from eboxcast.lib import clock
from eboxcast.lib.buckets import Keys
from eboxcast.lib.crashpoints import Point, reached
from eboxcast.lib.digests import digest_of_keys, new_salt
from eboxcast.mailboxes.audiences import counted, read_holders, store_audience
from eboxcast.mailboxes.errors import (
    EverybodyHasIt,
    OtherContentInHand,
    OtherContentVisible,
    OtherRecipientsInHand,
    OtherRecipientsVisible,
    WasRecalled,
)
from eboxcast.mailboxes.messages import Holder, find_holder, free_identity, store_message
from eboxcast.mailboxes.models import RejectedRows, Release
from eboxcast.mailboxes.sql import one, run
from eboxcast.mailboxes.values import NewRelease, Stored


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What storing a release would do now: nothing, because a run has it all; or a new release."""

    same_as: UUID | None = None
    message: int | None = None
    """The message that gets another release; None where a new message is stored."""
    frees: int | None = None
    """The message that loses its identity to the new one."""
    held: tuple[Release, ...] = ()
    """Releases whose recipients already have the message."""
    supersedes: tuple[Release, ...] = ()


def foresee(environment: str, wanted: NewRelease) -> Plan:
    """Return what ``store`` would do now, and change nothing. Raises what it would raise of identity and content."""
    with sanitized_db_errors(), transaction.atomic(using=environment):
        return _make_plan(environment, wanted)


def store(environment: str, wanted: NewRelease) -> Stored:
    """Store a release with its message and audience in one transaction.

    Running it again for the same run, or for the same package, changes nothing and names the run that is there.
    Raises WasRecalled, OtherRecipientsVisible, OtherContentVisible, OtherRecipientsInHand, OtherContentInHand and
    EverybodyHasIt, as identity, content or recipients forbid it, and StoredDiffers.
    """
    with sanitized_db_errors(), transaction.atomic(using=environment):
        plan = _make_plan(environment, wanted)
        if plan.same_as is not None:
            return Stored(run=plan.same_as)
        _Storing(environment, wanted).carry_out(plan)
        reached(Point.STORED_BEFORE_COMMIT)
        return Stored(run=wanted.run, superseded=tuple(release.run for release in plan.supersedes))


def _make_plan(environment: str, wanted: NewRelease) -> Plan:
    connection = environment_connection(environment)
    one(connection, "lock_identity", {"lock": wanted.message.identity.lock()})
    if Release.objects.using(environment).filter(run=wanted.run).exists():
        return Plan(same_as=wanted.run)
    holder = find_holder(connection, wanted.message.identity)
    if holder is None:
        return Plan()
    return _Decision(environment, wanted, holder).plan()


class _Decision:
    """What storing means, given what holds the identity now."""

    def __init__(self, environment: str, wanted: NewRelease, holder: Holder) -> None:
        self.environment = environment
        self.wanted = wanted
        self.holder = holder
        # Behind their locks: one that is just becoming visible is waited for, and then counts as visible.
        releases = Release.objects.using(environment).select_for_update().filter(message_id=holder.id)
        self.releases = [release for release in releases.order_by("id") if release.abandoned_at is None]
        self.pending = tuple(release for release in self.releases if release.visible_at is None)

    def plan(self) -> Plan:
        if self.holder.same_content(self.wanted.message):
            return self._same_content()
        return self._other_content()

    def _same_content(self) -> Plan:
        same = next((release for release in reversed(self.releases) if self._same_keys(release)), None)
        # Where everybody was refused, those to be tried again are the same recipients as before.
        is_retried = same is not None and self.wanted.package.retry_of == str(same.run)
        if same is not None and not same.recalled_at and not is_retried:
            return Plan(same_as=same.run)
        visible = [release for release in self.releases if release.visible_at and not release.recalled_at]
        if not self.wanted.package.adds:
            self._refuse_more_recipients(same, visible)
        self._refuse_in_hand(OtherRecipientsInHand)
        now = clock.now()
        held = tuple(release for release in visible if release.expires_at and release.expires_at > now)
        return Plan(message=self.holder.id, held=held, supersedes=self.pending)

    def _refuse_more_recipients(self, recalled: Release | None, visible: list[Release]) -> None:
        if recalled is not None and recalled.recalled_at is not None:
            raise WasRecalled(run=recalled.run, recalled_at=recalled.recalled_at)
        if visible:
            raise OtherRecipientsVisible(**self._told_of(visible[-1]))

    def _other_content(self) -> Plan:
        seen = [release for release in self.releases if release.visible_at]
        if seen and self.environment == PRODUCTION:
            raise OtherContentVisible(**self._told_of(seen[-1]))
        self._refuse_in_hand(OtherContentInHand)
        return Plan(frees=self.holder.id, supersedes=self.pending)

    def _same_keys(self, release: Release) -> bool:
        if release.package_count != len(self.wanted.keys):
            return False
        return bytes(release.package_digest) == digest_of_keys(bytes(release.salt), self.wanted.keys)

    def _refuse_in_hand(self, error: type[OtherContentInHand] | type[OtherRecipientsInHand]) -> None:
        for release in self.pending:
            state = "stopped" if release.stopped_at else self.wanted.in_hand.get(release.run)
            if state:
                raise error(**self._told_of(release), state=state)

    def _told_of(self, release: Release) -> dict[str, object]:
        identity = self.wanted.message.identity
        moment = release.visible_at or ""
        return {
            "ticket": identity.ticket,
            "application": identity.application,
            "run": release.run,
            "visible_at": moment,
        }


class _Storing:
    """Carrying out a plan, inside the transaction that made it."""

    def __init__(self, environment: str, wanted: NewRelease) -> None:
        self.environment = environment
        self.connection = environment_connection(environment)
        self.wanted = wanted
        self.prime = bucket_prime(environment)
        self.now = clock.now()

    def carry_out(self, plan: Plan) -> None:
        for release in plan.supersedes:
            values = {"run": release.run, "now": self.now, "superseded_by": self.wanted.run}
            run(self.connection, "discard", values)
        has_it = self._who_has_it(plan.held)
        keys = self.wanted.keys[~has_it]
        if not len(keys):
            identity = self.wanted.message.identity
            raise EverybodyHasIt(count=len(has_it), ticket=identity.ticket, application=identity.application)
        if plan.frees is not None:
            free_identity(self.connection, plan.frees, now=self.now)
        message = plan.message or store_message(self.connection, self.wanted.message, now=self.now)
        release = self._insert_release(message, keys, has_it)
        store_audience(self.connection, keys, release=release, prime=self.prime)
        self._store_rejected_rows(release)

    def _who_has_it(self, held: tuple[Release, ...]) -> NDArray[np.bool_]:
        has_it = np.zeros(len(self.wanted.keys), dtype=bool)
        for release in held:
            theirs = read_holders(self.connection, release, prime=self.prime)
            has_it |= np.isin(self.wanted.keys, theirs, assume_unique=True)
        return has_it

    def _insert_release(self, message: int, keys: Keys, has_it: NDArray[np.bool_]) -> Release:
        salt = new_salt()
        recipients_count, audience_digest = counted(salt, keys)
        package_count, package_digest = counted(salt, self.wanted.keys)
        generation = one(self.connection, "generation_to_store_in", {}) or (0,)
        already = np.bincount(self.wanted.list_of_key[has_it], minlength=self.wanted.list_count)
        return Release.objects.using(self.environment).create(
            run=self.wanted.run,
            message_id=message,
            salt=salt,
            recipients_count=recipients_count,
            audience_digest=audience_digest,
            package_count=package_count,
            package_digest=package_digest,
            particulars=replace(self.wanted.package, already=tuple(already.tolist())).as_json(),
            stored_at=self.now,
            generation=generation[0],
        )

    def _store_rejected_rows(self, release: Release) -> None:
        RejectedRows.objects.using(self.environment).bulk_create(
            RejectedRows(release=release.id, list_number=number, content=content)
            for number, content in enumerate(self.wanted.rejected_rows, start=1)
            if content
        )
