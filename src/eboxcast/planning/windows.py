"""The evening of a day: from when to when a target may be worked on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings

from eboxcast.lib.clock import BRUSSELS
from eboxcast.planning.errors import AgreedMomentOutside, EveningUnclear

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Window:
    """An evening as instants (UTC): it may cross midnight and a change of the clock. Its end is not in it."""

    date: date
    """The day the evening belongs to: that of its start."""
    starts_at: datetime
    agreed_at: datetime
    """Nothing becomes visible earlier."""
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class Evening:
    """Between which times of the day evenings run, in Brussels; an end that is not later is of the next day."""

    start: time = time(18)
    end: time = time(6)

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise EveningUnclear(start=f"{self.start:%H:%M}", end=f"{self.end:%H:%M}")

    def window(self, day: date, agreed_at: datetime | None = None) -> Window:
        """Return the window of a day. Raises AgreedMomentOutside when the agreed moment is not in it."""
        starts_at = _instant(day, self.start)
        ends_at = _instant(day if self.end > self.start else day + _DAY, self.end)
        agreed = agreed_at.astimezone(UTC) if agreed_at else starts_at
        if not starts_at <= agreed < ends_at:
            raise AgreedMomentOutside(moment=agreed, date=day, start=starts_at, end=ends_at)
        return Window(date=day, starts_at=starts_at, agreed_at=agreed, ends_at=ends_at)

    def window_around(self, moment: datetime) -> Window | None:
        """Return the window a moment lies in, if any: of that day, or of the evening before."""
        day = moment.astimezone(BRUSSELS).date()
        around = (self.window(one) for one in (day - _DAY, day))
        return next((window for window in around if window.starts_at <= moment < window.ends_at), None)


def configured_evening() -> Evening:
    """Return between which times evenings run here. Raises EveningUnclear."""
    return Evening(start=settings.EBOXCAST_EVENING_START, end=settings.EBOXCAST_EVENING_END)


def _instant(day: date, local: time) -> datetime:
    """Return a time of the day as an instant.

    A time that comes twice is the first of the two, one that never comes is as long after midnight as it says.
    """
    return datetime.combine(day, local, BRUSSELS).astimezone(UTC)
