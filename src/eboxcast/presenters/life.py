"""The life of a broadcast, read off its sheet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple

from eboxcast.broadcasts.models import Lateness
from eboxcast.lib import clock
from eboxcast.lib.translation import N_, translate
from eboxcast.presenters.schemas.broadcast import BroadcastSheet
from eboxcast.presenters.schemas.life import Life, Milestone

_ENDED = ("refused", "cancelled", "recalled", "closed")


class _Point(NamedTuple):
    name: str
    at: datetime | None
    due_at: datetime | None = None
    late: bool = False
    """Whether it is late by the records of the procedure, where these know."""


def life_of(sheet: BroadcastSheet, language: str) -> Life:
    """Return the milestones of a broadcast: what happened, what comes next, what comes later."""
    points = list(_points(sheet))
    following = next((point for point in points if point.at is None), None) if sheet.state not in _ENDED else None
    return Life(
        milestones=tuple(
            Milestone(
                name=translate(point.name, language),
                is_=_is(point, following=point is following),
                at=point.at,
                due_at=point.due_at,
            )
            for point in points
        )
    )


def _points(sheet: BroadcastSheet) -> Iterable[_Point]:
    terms = {term.term: term for term in sheet.terms}
    reconfirmation, acceptance = terms.get(Lateness.RECONFIRMATION), terms.get(Lateness.ACCEPTANCE)
    yield _Point(N_("Request"), sheet.requested_at)
    accepted = (one.at for one in sheet.decisions if one.outcome == "accepted" and one.void_at is None)
    yield _Point(N_("Agreed date"), _newest(accepted) if sheet.date else None)
    for name, term in ((N_("Reconfirmed"), reconfirmation), (N_("Test files"), acceptance)):
        late = bool(term and term.late and not term.waived)
        yield _Point(name, term.done_at if term else None, term.due_at if term else None, late)
    yield _Point(N_("Test approved"), sheet.acceptance.approved_at)
    delivered = (one.at for one in sheet.deliveries if one.run and one.run == sheet.production.run)
    yield _Point(N_("Production files"), _newest(delivered))
    yield _Point(N_("GO"), _newest(one.given_at for one in sheet.gos if one.void_at is None))
    yield _Point(N_("Visible"), sheet.visible_at, sheet.agreed_at)
    yield _Point(N_("Report"), sheet.reported_at)
    yield _Point(N_("Closed"), sheet.closed_at)


def _newest(moments: Iterable[datetime]) -> datetime | None:
    return max(moments, default=None)


def _is(point: _Point, *, following: bool) -> Literal["done", "now", "late", "later"]:
    if point.at is not None:
        return "done"
    if point.late or (point.due_at is not None and point.due_at < clock.now()):
        return "late"
    return "now" if following else "later"
