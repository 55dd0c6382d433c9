"""What publishing a package would come to now. Nothing is stored: no run, no audit entry, no row."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection

from eboxcast.database import boot
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.database.installation import procedure
from eboxcast.delivery.models import Action, BatchState, Intent, Run, State
from eboxcast.delivery.remote.batches import QUERIES
from eboxcast.delivery.runs.lookup import same_package_without_release
from eboxcast.delivery.runs.preparation import order_of, recipients_of, record_of, sender_config_of
from eboxcast.delivery.runs.window import Window
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.buckets import Keys
from eboxcast.lib.errors import EboxcastError, InputRefused, NotAllowedNow, TargetRefusal
from eboxcast.lib.policy import authorize
from eboxcast.mailboxes import preview
from eboxcast.mailboxes.errors import EverybodyHasIt
from eboxcast.mailboxes.package_record import PackageRecord
from eboxcast.mailboxes.preview import States
from eboxcast.mailboxes.sending import cut_ranges
from eboxcast.mailboxes.storing import Plan
from eboxcast.mailboxes.values import NewRelease
from eboxcast.package.model import Package
from eboxcast.senders.models import WithoutEbox
from eboxcast.targets.opening import capabilities_of, options_of, target_of
from eboxcast.targets.options import Capabilities


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What storing would answer now."""

    refusal: EboxcastError | None = None
    same_as: UUID | None = None
    state: str = ""
    """Of the run that has it all."""
    continues: UUID | None = None
    """A run of exactly this package whose preparation was interrupted."""
    supersedes: tuple[UUID, ...] = ()
    already_count: int = 0
    """Who has the message from an earlier release."""


@dataclass(frozen=True, kw_only=True)
class Duration:
    """How long it would take, and whether that fits the window."""

    storing_seconds: float
    storing_rate: Rate
    launching_seconds: float
    """Until everybody has it: becoming visible here, or sending to a remote provider."""
    launching_rate: Rate
    ends_at: datetime
    spare_seconds: float | None
    """Between its end and that of the window, negative where it does not fit; None without a window's end."""

    @property
    def fits(self) -> bool:
        """Say whether all is done before the window ends."""
        return self.spare_seconds is None or self.spare_seconds > 0


@dataclass(frozen=True, kw_only=True)
class Space:
    """Bytes: what it needs, what the database has, what is free on its disk (None where we cannot see that)."""

    needed: int
    database: int
    free: int | None

    @property
    def enough(self) -> bool:
        """Say whether it fits, with the write-ahead log and a second copy beside it."""
        return self.free is None or self.free > 3 * self.needed


@dataclass(frozen=True, kw_only=True)
class Remote:
    """What sending to a remote provider comes to."""

    calls_count: int
    rate: float
    parallel: int
    able: Capabilities


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """What publishing would come to now."""

    environment: str
    answer: Answer
    recipients_count: int
    moved_count: int
    without_ebox: str
    states: States | None
    """None where the eBoxes are not our own: nobody is asked before the launch."""
    duration: Duration
    space: Space
    remote: Remote | None

    @property
    def refused_by_policy_count(self) -> int:
        """Return how many the message type's policy would refuse, as their eBoxes are now."""
        if self.states is None or self.without_ebox != WithoutEbox.REFUSE:
            return 0
        return self.states.never_activated + self.states.deactivated


@sanitized_db_errors()
def rehearse(package: Package, *, environment: str, window: Window, actor: Actor, adds: bool = False) -> Rehearsal:
    """Return what publishing a checked package would come to now.

    Raises NotYourRole, FileChanged and the errors of ``senders``; what storing would refuse is in the answer.
    """
    authorize(actor, "run.rehearse")
    sender = sender_config_of(package, environment)
    recipients = recipients_of(package, environment)
    record = record_of(package, recipients, by="-", adds=adds, procedure=procedure())
    order = order_of(package, recipients, run=uuid4(), environment=environment, sender=sender, record=record)
    answer, keys = _foresee(environment, order, record)
    able = capabilities_of(environment)
    return Rehearsal(
        environment=environment,
        answer=answer,
        recipients_count=len(keys),
        moved_count=recipients.moved,
        without_ebox=sender.message_type.without_ebox,
        states=preview.states_now(environment, keys) if able.own_eboxes else None,
        duration=_duration(environment, len(keys), window, stored=answer.same_as is not None),
        space=_space(environment, len(keys), order),
        remote=None if able.atomic_visibility else _remote(environment, keys),
    )


def _foresee(environment: str, order: NewRelease, record: PackageRecord) -> tuple[Answer, Keys]:
    """Return what storing would answer, and who would get it."""
    try:
        plan = target_of(environment).foresee(order)
        has_it = preview.have_it(environment, plan, order.keys)
        if has_it.all() and plan.same_as is None:
            identity = order.message.identity
            raise EverybodyHasIt(count=len(has_it), ticket=identity.ticket, application=identity.application)
    except (InputRefused, NotAllowedNow, TargetRefusal) as refusal:
        return Answer(refusal=refusal), order.keys
    begun = same_package_without_release(environment, order.message.identity, record)
    answer = Answer(
        same_as=plan.same_as,
        state=_state_of(plan),
        continues=begun.id if begun and plan.same_as is None else None,
        supersedes=tuple(release.run for release in plan.supersedes),
        already_count=int(has_it.sum()),
    )
    return answer, order.keys[~has_it]


def _state_of(plan: Plan) -> str:
    if plan.same_as is None:
        return ""
    return Run.objects.filter(id=plan.same_as).values_list("state", flat=True).first() or ""


def duration_of_launch(environment: str, recipients: int, window: Window) -> Duration:
    """Return how long it takes until everybody has what is prepared already, by what was measured before."""
    return _duration(environment, recipients, window, stored=True)


def _duration(environment: str, recipients: int, window: Window, *, stored: bool) -> Duration:
    storing_rate = rate_of_storing(environment, recipients)
    storing_seconds = 0.0 if stored else recipients / storing_rate.per_second
    at_once = capabilities_of(environment).atomic_visibility
    rate = rate_of_launching(environment, recipients) if at_once else _sending_rate(environment, recipients)
    seconds = recipients / rate.per_second
    ready_at = clock.now() + timedelta(seconds=storing_seconds)
    ends_at = max(filter(None, (ready_at, window.not_before))) + timedelta(seconds=seconds)
    return Duration(
        storing_seconds=storing_seconds,
        storing_rate=storing_rate,
        launching_seconds=seconds,
        launching_rate=rate,
        ends_at=ends_at,
        spare_seconds=(window.not_after - ends_at).total_seconds() if window.not_after else None,
    )


def _sending_rate(environment: str, recipients: int) -> Rate:
    """All lanes together, and no faster than the configured rate."""
    options = options_of(environment)
    one = rate_of_a_lane(environment, recipients, links=options.capabilities.links)
    all_lanes = one.per_second * options.parallel
    return replace(one, per_second=min(all_lanes, options.rate) if options.rate else all_lanes)


def _space(environment: str, recipients: int, order: NewRelease) -> Space:
    audience = preview.bytes_of_audience(environment, recipients)
    # The outcomes take as much again where nobody has an eBox; a remote run notes one for everybody.
    return Space(
        needed=2 * audience + len(order.message.document) + sum(map(len, order.rejected_rows)),
        database=preview.bytes_of_database(environment),
        free=shutil.disk_usage(boot.places().root).free if settings.EBOXCAST_EMBEDDED else None,
    )


def _remote(environment: str, keys: Keys) -> Remote:
    options = options_of(environment)
    able = options.capabilities
    calls = len(keys)
    if able.links:
        sizes = preview.sizes_of_buckets(environment, keys)
        calls = 1 + len(cut_ranges(sizes, release=0, recipients=able.recipients_per_call))
    return Remote(calls_count=calls, rate=options.rate, parallel=options.parallel, able=able)


_LAST = 5
_ENOUGH = 10
"""A run of fewer than a tenth of the recipients says nothing about one of all of them."""
_PAUSE_SECONDS = 60.0
"""Longer between two batches and nobody was working: paused, or out of its window."""
_SHORTEST_SECONDS = 0.001

ASSUMED_STORING = 300_000.0
ASSUMED_LAUNCHING = 200_000.0
ASSUMED_LINKING = 500.0
"""Of one lane: a call of a thousand in two seconds."""
ASSUMED_ONE_BY_ONE = 4.0
"""Of one lane: a call in a quarter of a second."""


@dataclass(frozen=True, kw_only=True)
class Rate:
    """Recipients per second, and how it is known."""

    per_second: float
    runs_count: int
    """Of how many runs it is the median; 0 is assumed, because nothing comparable was measured yet."""
    last_at: datetime | None = None
    """When the newest of these runs was."""


@dataclass(frozen=True, kw_only=True)
class _Sample:
    per_second: float
    at: datetime


def rate_of_storing(environment: str, recipients: int) -> Rate:
    """Return how fast audiences were stored, from intent to result."""
    return _rate(_from_intents(environment, recipients, Action.PREPARE, State.PREPARED), assumed=ASSUMED_STORING)


def rate_of_launching(environment: str, recipients: int) -> Rate:
    """Return how fast prepared runs became visible on our own eBoxes, without waiting for their moment."""
    return _rate(_from_intents(environment, recipients, Action.LAUNCH, State.PUBLISHED), assumed=ASSUMED_LAUNCHING)


def rate_of_a_lane(environment: str, recipients: int, *, links: bool) -> Rate:
    """Return how fast one lane sent to the remote provider, pauses left out."""
    assumed = ASSUMED_LINKING if links else ASSUMED_ONE_BY_ONE
    return _rate(_from_batches(environment, recipients), assumed=assumed)


def _rate(samples: Iterator[_Sample], *, assumed: float) -> Rate:
    found = list(samples)
    if not found:
        return Rate(per_second=assumed, runs_count=0)
    return Rate(
        per_second=median(sample.per_second for sample in found),
        runs_count=len(found),
        last_at=max(sample.at for sample in found),
    )


def _from_intents(environment: str, recipients: int, action: Action, result: State) -> Iterator[_Sample]:
    done = Intent.objects.filter(
        action=action,
        result=result,
        done_at__isnull=False,
        run__environment=environment,
        run__recipients_count__gte=recipients / _ENOUGH,
    )
    with sanitized_db_errors():
        found = list(done.select_related("run").order_by("-done_at")[:_LAST])
    for intent in found:
        if intent.done_at is None:
            continue
        begun = max(filter(None, (intent.asked_at, intent.run.not_before_at)))
        seconds = max((intent.done_at - begun).total_seconds(), _SHORTEST_SECONDS)
        yield _Sample(per_second=(intent.run.recipients_count or 0) / seconds, at=intent.done_at)


def _from_batches(environment: str, recipients: int) -> Iterator[_Sample]:
    launched = Run.objects.filter(
        environment=environment,
        launched_at__isnull=False,
        recipients_count__gte=recipients / _ENOUGH,
        batches__state=BatchState.DONE,
    ).distinct()
    with sanitized_db_errors():
        runs = list(launched.order_by("-launched_at")[:_LAST])
    for run in runs:
        done, seconds = _speed(run)
        if done >= recipients / _ENOUGH and run.launched_at:
            per_second = done / max(seconds, _SHORTEST_SECONDS) / run.parallel
            yield _Sample(per_second=per_second, at=run.launched_at)


def _speed(run: Run) -> tuple[int, float]:
    with sanitized_db_errors(), connection.cursor() as cursor:
        cursor.execute(QUERIES["speed_of_sending"], {"run": run.id, "pause": _PAUSE_SECONDS})
        done, seconds = cursor.fetchone()
        return int(done), float(seconds)
