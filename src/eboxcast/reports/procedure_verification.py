"""Verifying the procedure of a run: each record of its broadcast beside the sealed entry that the same step left.

Records can be changed by whoever can write to the database, entries only together with every seal after them. So a
record that was changed, added or removed no longer agrees with the audit; that the audit itself is whole is proved by
``audit verify``.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from eboxcast.audit.dropping import ended
from eboxcast.audit.segments import segment_of
from eboxcast.audit.selectors import SealedEntry
from eboxcast.audit.verification import wrong_about
from eboxcast.broadcasts.acceptance import results_digest
from eboxcast.broadcasts.models import Broadcast, Decision, FileDelivery, Go, Outcome, Waiver
from eboxcast.broadcasts.production import files_digest
from eboxcast.reports.procedure import entries_of, is_same_step
from eboxcast.reports.schemas import Finding, RecordCheck

_Said = Mapping[str, object]
"""What an entry says, by the names in its data."""
_LEAVES_A_RECORD = frozenset(
    f"broadcast.{name}"
    for name in (
        *("requested", "accepted", "postponed", "refused", "date_agreed", "waived", "files_delivered"),
        *("judged", "go_given", "go_void"),
    )
)
"""The steps whose records stay whatever follows: an entry of one without its record means that it was removed."""


def verify_records(broadcast: Broadcast) -> tuple[RecordCheck, ...]:
    """Compare all records that the procedure left with the entries of the audit; what is pending must be sealed.

    Call it with database errors sanitized.
    """
    checking = _Checking(broadcast)
    agreeing = [(record, checking.agreeing(record)) for record in _records_of(broadcast)]  # first: each has its own
    checks = [checking.check(record, entry) for record, entry in agreeing]
    return tuple(sorted((*checks, *checking.unrecorded()), key=lambda one: one.at))


@dataclass(frozen=True, kw_only=True)
class _Record:
    """A record, and what the entry of its step says."""

    action: str
    by: str | None
    """None where the record does not name who took the step."""
    at: datetime
    says: _Said
    instead: _Said | None = None
    """What the postponement says whose date was agreed to: that step leaves the acceptance of whoever proposed it."""

    def agrees(self, entry: SealedEntry) -> bool:
        return entry.action == self.action and self.by in (None, entry.by) and _says(entry, self.says)


class _Checking:
    """The entries of a broadcast; each answers for one record."""

    def __init__(self, broadcast: Broadcast) -> None:
        self.broadcast = broadcast
        self.entries = entries_of(broadcast)
        self.wrong = wrong_about(broadcast.id)
        self.left = {entry.id: entry for entry in self.entries}
        dropped = ended()
        self.dropped = dropped.segment if dropped else 0

    def agreeing(self, record: _Record) -> SealedEntry | None:
        """Return the entry that agrees with a record, and with no other from now on."""
        found = (one for one in self._near(record) if record.agrees(one) or self._is_agreement(one, record))
        entry = next(found, None)
        return self.left.pop(entry.id) if entry else None

    def check(self, record: _Record, agreeing: SealedEntry | None) -> RecordCheck:
        """Return what was found of a record, once all that agree were found."""
        entry = agreeing or next((one for one in self._near(record) if one.action == record.action), None)
        if entry is None:
            gone = segment_of(record.at) <= self.dropped
            return _checked(record.action, record.by, record.at, None, "deleted" if gone else "missing")
        self.left.pop(entry.id, None)
        finding: Finding = "altered" if entry.id in self.wrong else "agrees" if agreeing else "differs"
        return _checked(entry.action, record.by, record.at, entry, finding)

    def _near(self, record: _Record) -> list[SealedEntry]:
        """Return what could be of the same step, the nearest first."""
        near = (one for one in self.left.values() if is_same_step(one, record.at))
        return sorted(near, key=lambda one: abs(one.at - record.at))

    def unrecorded(self) -> Iterator[RecordCheck]:
        """Yield the entries whose records were removed, and those that are no longer what was sealed."""
        for entry in self.left.values():
            if entry.id in self.wrong:
                yield _checked(entry.action, entry.by, entry.at, entry, "altered")
            elif entry.action in _LEAVES_A_RECORD and not self._left_none(entry):
                yield _checked(entry.action, entry.by, entry.at, entry, "unrecorded")

    def _is_agreement(self, entry: SealedEntry, record: _Record) -> bool:
        """Say whether somebody agreed to a date then that whoever the record names had proposed."""
        if record.instead is None or entry.action != "broadcast.date_agreed" or not _says(entry, record.instead):
            return False
        proposals = (one for one in self.entries if one.action == "broadcast.postponed" and one.by == record.by)
        said = ((one.data.get("side"), one.data.get("dates", ())) for one in proposals)
        return any(side == record.says["side"] and record.says["date"] in dates for side, dates in said)

    def _left_none(self, entry: SealedEntry) -> bool:
        """Say whether a step changed nothing: what was found was known, or the same deadline was waived already."""
        if entry.action == "broadcast.judged":
            return "results" not in entry.data
        if entry.action == "broadcast.waived":
            waived = self.broadcast.waivers.filter(what=entry.data.get("what"), at__lte=entry.at)
            return any(one.void_at is None or one.void_at > entry.at for one in waived)
        return False


def _records_of(broadcast: Broadcast) -> Iterator[_Record]:
    asked = {"expected": broadcast.expected_count, "language": broadcast.language}
    yield _record("requested", broadcast.requested_by, broadcast.requested_at, asked)
    yield from map(_decision, broadcast.decisions.all())
    yield from map(_waiver, broadcast.waivers.all())
    yield from map(_delivery, broadcast.deliveries.filter(accepted=True))
    yield from _results(broadcast)
    for go in broadcast.gos.all():
        yield from _go(go)
    yield from _standing(broadcast)


def _decision(one: Decision) -> _Record:
    says: dict[str, object] = {"side": one.side}
    if one.outcome == Outcome.ACCEPTED:
        date = {"date": one.dates[0].isoformat()}
        return _record("accepted", one.by, one.at, says | date, instead=date)
    if one.outcome == Outcome.POSTPONED:
        says["dates"] = [day.isoformat() for day in one.dates]
    return _record(one.outcome, one.by, one.at, says | {"reason": one.reason})


def _waiver(one: Waiver) -> _Record:
    return _record("waived", one.by, one.at, {"what": one.what, "reason": one.reason})


def _delivery(one: FileDelivery) -> _Record:
    says = {
        "run": str(one.run),
        "document": _hex(one.document_digest),
        "metadata": _hex(one.metadata_digest),
        "lists": _hex(one.lists_digest),
        "recipients": one.recipients_count,
    }
    return _record("files_delivered", one.by, one.at, says)


def _results(broadcast: Broadcast) -> Iterator[_Record]:
    """Yield what was found at once."""
    verdicts = broadcast.verdicts.order_by("at", "id")
    for (at, by), found in itertools.groupby(verdicts, key=lambda one: (one.at, one.by)):
        yield _record("judged", by, at, {"results": results_digest(sorted(found, key=lambda one: one.pk))})


def _go(go: Go) -> Iterator[_Record]:
    named = {"agreed_at": go.agreed_at, "window_ends_at": go.window_ends_at, "files": files_digest(go)}
    yield _record("go_given", go.given_by, go.given_at, named)
    if go.void_at:
        yield _record("go_void", None, go.void_at, {"given_by": go.given_by, "why": go.void_why})


def _standing(broadcast: Broadcast) -> Iterator[_Record]:
    """Yield what the row of the broadcast itself keeps, as long as it counts."""
    if broadcast.reconfirmed_at:
        yield _record("reconfirmed", broadcast.reconfirmed_by, broadcast.reconfirmed_at, {"again": False})
    if broadcast.approved_at:
        tested = {"document": _hex(broadcast.tested_document), "metadata": _hex(broadcast.tested_metadata)}
        yield _record("approved", broadcast.approved_by, broadcast.approved_at, tested)
    if broadcast.armed_at:
        yield _record("armed", broadcast.armed_by, broadcast.armed_at, {})
    if broadcast.launched_at:
        run = {"run": str(broadcast.production_run)}
        yield _record("launched", broadcast.launched_by, broadcast.launched_at, run)


def _record(
    action: str,
    by: str | None,
    at: datetime,
    says: _Said,
    *,
    instead: _Said | None = None,
) -> _Record:
    return _Record(action=f"broadcast.{action}", by=by, at=at, says=says, instead=instead)


def _says(entry: SealedEntry, wanted: _Said) -> bool:
    return all(_is(value, entry.data.get(name)) for name, value in wanted.items())


def _is(value: object, said: object) -> bool:
    if isinstance(value, datetime):
        return isinstance(said, str) and datetime.fromisoformat(said) == value
    return said == value


def _checked(action: str, by: str | None, at: datetime, entry: SealedEntry | None, finding: Finding) -> RecordCheck:
    by = by or (entry.by if entry else "")
    return RecordCheck(action=action, by=by, at=at, seal=entry.number if entry else None, finding=finding)


def _hex(digest: bytes | memoryview | None) -> str:
    return bytes(digest or b"").hex()
