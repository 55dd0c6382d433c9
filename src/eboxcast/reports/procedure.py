"""The procedure that led to a run, for its certificate: from the records of its broadcast and the entries of the audit.

What the records keep only as it stands now, such as a test that was rejected before it was approved, is in the audit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from eboxcast.audit.selectors import SealedEntry, Wanted, list_entries
from eboxcast.broadcasts.lookup import delivery_of_run
from eboxcast.broadcasts.models import Broadcast, Decision, FileDelivery, Go, Verdict, Waiver
from eboxcast.broadcasts.production import files_digest
from eboxcast.delivery.models import Run
from eboxcast.lib.masking import mask_and_strip
from eboxcast.reports.schemas import (
    AcceptanceTestPart,
    ApprovalPart,
    BroadcastPart,
    DateDecisionPart,
    FilesDeliveredPart,
    GoPart,
    LaunchPart,
    VerdictPart,
    WaiverPart,
)
from eboxcast.senders.models import Person

SAME_STEP = timedelta(minutes=1)
"""A record and its entry are of one transaction, each with the time at which it was written."""
MOST_ENTRIES = 10_000
_APPROVED, _REJECTED = "broadcast.approved", "broadcast.rejected"


def procedure_of(run: Run) -> BroadcastPart | None:
    """Return what people decided until now about the broadcast of a run; None for a run that belongs to none.

    Call it with database errors sanitized.
    """
    delivery = delivery_of_run(run.id)
    if delivery is None:
        return None
    part = _Procedure(delivery).part()
    by = (run.created_by, run.launched_by, *(intent.by for intent in run.intents.all()))
    return replace(part, people=_names([*_logins(asdict(part)), *by]))


def entries_of(broadcast: Broadcast) -> list[SealedEntry]:
    """Return what the audit has of a broadcast, oldest first."""
    return list_entries(Wanted(broadcast=broadcast.id), MOST_ENTRIES)


def is_same_step(entry: SealedEntry, at: datetime) -> bool:
    """Return whether an entry can be of the step that left a record at that time."""
    return abs(entry.at - at) <= SAME_STEP


class _Procedure:
    """The records of a broadcast, as one of its runs shows them."""

    def __init__(self, delivery: FileDelivery) -> None:
        self.delivery = delivery
        self.broadcast = delivery.broadcast
        self.in_production = delivery.environment == "production"
        self.entries = entries_of(self.broadcast)

    def part(self) -> BroadcastPart:
        broadcast = self.broadcast
        decisions = tuple(map(_decision, broadcast.decisions.all()))
        waivers = tuple(map(_waiver, broadcast.waivers.all()))
        tests = tuple(self._tests())
        gos = tuple(map(self._go, broadcast.gos.all())) if self.in_production else ()
        launch = self._launch()
        return BroadcastPart(
            number=broadcast.number,
            subject=mask_and_strip(broadcast.subject),
            campaign=mask_and_strip(broadcast.campaign.name) if broadcast.campaign else None,
            requested_by=broadcast.requested_by,
            requested_at=broadcast.requested_at,
            date=broadcast.date,
            reconfirmed_by=broadcast.reconfirmed_by or None,
            reconfirmed_at=broadcast.reconfirmed_at,
            date_decisions=decisions,
            waivers=waivers,
            files=FilesDeliveredPart(by=self.delivery.by, at=self.delivery.at, via=self.delivery.via),
            tests=tests,
            gos=gos,
            launch=launch,
            people={},
        )

    def _tests(self) -> Iterator[AcceptanceTestPart]:
        """Yield the tests of each run that was delivered for acceptance; what nobody looked at is none."""
        deliveries = list(self.broadcast.deliveries.filter(environment="acceptance", accepted=True, run__isnull=False))
        verdicts = list(self.broadcast.verdicts.all())
        last = {(one.run, one.recipient, one.check_name): one.pk for one in sorted(verdicts, key=lambda one: one.pk)}
        for run in dict.fromkeys(one.run for one in deliveries):
            of_run = [one for one in verdicts if one.run == run]
            counting = {one.pk for one in of_run if last[one.run, one.recipient, one.check_name] == one.pk}
            decided = tuple(self._decided(deliveries, run))
            if (of_run or decided) and (self.in_production or run == self.delivery.run):
                yield AcceptanceTestPart(
                    run=str(run),
                    verdicts=tuple(_verdict(one, counts=one.pk in counting) for one in of_run),
                    decisions=decided,
                )

    def _decided(self, deliveries: Sequence[FileDelivery], run: object) -> Iterator[ApprovalPart]:
        """Yield what was decided while these were the files in acceptance; the record keeps only the last approval."""
        for entry in self.entries:
            before = [one.run for one in deliveries if one.at <= entry.at]
            if entry.action in (_APPROVED, _REJECTED) and before and before[-1] == run:
                yield ApprovalPart(
                    outcome="approved" if entry.action == _APPROVED else "rejected",
                    by=entry.by,
                    at=entry.at,
                    reason=mask_and_strip(str(entry.data.get("reason", ""))) or None,
                )

    def _go(self, go: Go) -> GoPart:
        delivered, void = self.delivery, self._void(go)
        named = tuple(map(bytes, (go.document_digest, go.metadata_digest, go.lists_digest)))
        digests = (delivered.document_digest, delivered.metadata_digest, delivered.lists_digest)
        return GoPart(
            by=go.given_by,
            at=go.given_at,
            agreed_at=go.agreed_at,
            window_ends_at=go.window_ends_at,
            document_sha256=named[0].hex(),
            metadata_sha256=named[1].hex(),
            lists_sha256=named[2].hex(),
            files_sha256=files_digest(go),
            of_this_run=named == tuple(bytes(digest or b"") for digest in digests),
            void_at=go.void_at,
            void_by=void.by if void else None,
            void_why=mask_and_strip(go.void_why) or None,
        )

    def _void(self, go: Go) -> SealedEntry | None:
        void_at = go.void_at
        if void_at is None:
            return None
        found = [one for one in self.entries if one.action == "broadcast.go_void" and is_same_step(one, void_at)]
        return min(found, key=lambda one: abs(one.at - void_at), default=None)

    def _launch(self) -> LaunchPart | None:
        """Return who launched this run; what the record says of another run is not told of this one."""
        broadcast = self.broadcast
        if broadcast.production_run != self.delivery.run:
            return None
        return LaunchPart(
            armed_by=broadcast.armed_by or None,
            armed_at=broadcast.armed_at,
            launched_by=broadcast.launched_by or None,
            launched_at=broadcast.launched_at,
        )


def _decision(one: Decision) -> DateDecisionPart:
    return DateDecisionPart(
        side=one.side,
        outcome=one.outcome,
        dates=tuple(one.dates),
        agreed_at=one.agreed_at,
        by=one.by,
        at=one.at,
        reason=mask_and_strip(one.reason) or None,
        void_at=one.void_at,
    )


def _waiver(one: Waiver) -> WaiverPart:
    return WaiverPart(deadline=one.what, by=one.by, at=one.at, reason=mask_and_strip(one.reason), void_at=one.void_at)


def _verdict(one: Verdict, *, counts: bool) -> VerdictPart:
    return VerdictPart(
        recipient=one.recipient,
        check=one.check_name,
        passed=one.passed,
        seen_in=one.seen_in,
        remark=mask_and_strip(one.remark) or None,
        by=one.by,
        at=one.at,
        counts=counts,
    )


def _logins(value: object, name: str = "") -> Iterator[str]:
    """Yield everybody who is named in a part, in whatever role."""
    if isinstance(value, dict):
        for inner_name, inner in value.items():
            yield from _logins(inner, inner_name)
    elif isinstance(value, tuple):
        for inner in value:
            yield from _logins(inner, name)
    elif isinstance(value, str) and (name == "by" or name.endswith("_by")):
        yield value


def _names(logins: Iterable[str]) -> dict[str, str]:
    found = Person.objects.filter(name__in=set(logins)).order_by("name")
    return {name: mask_and_strip(full_name) for name, full_name in found.values_list("name", "full_name")}
