"""`eboxcast calendar`: working days, closed days, blackouts, and what must be done by when."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated

import typer
from typer.core import TyperGroup

from eboxcast.broadcasts import calendar_changes
from eboxcast.broadcasts.load import booked_between
from eboxcast.cli.shell import console
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.options import AsJson, EnvironmentName, Reason, day, moment
from eboxcast.lib import clock
from eboxcast.lib.errors import WrongUse
from eboxcast.lib.formatting import grouped, long_date, short_date, short_times
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.planning.deadlines import ACCEPTANCE_BEFORE, NUDGE_BEFORE, RECONFIRM_BEFORE
from eboxcast.planning.selectors import closed_days, evenings_for
from eboxcast.presenters.calendar import (
    BLACKED_OUT,
    BLACKED_OUT_BEFORE,
    CLOSED,
    CLOSED_BEFORE,
    LIFTED,
    LIFTED_BEFORE,
    OPENED,
    calendar_of,
    deadline_list,
)
from eboxcast.presenters.schemas.calendar import Blackout, Calendar, CalendarDay, DeadlineList, Span


class PeriodUnclear(WrongUse):
    """A period that ends before it begins, or is too long to be looked at."""

    code = "period.unclear"
    sentence = N_("The period from {first} to {last} cannot be shown.")
    remedy = N_("Give the first day with --from and the last day with --to, at most {most} days later.")


USUAL_DAYS = 42
MOST_DAYS = 800


class ShownByDefault(TyperGroup):
    """A group that shows the calendar when it is not told what to do."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Put `show` before what is given to no command."""
        if not args or (args[0].startswith("-") and args[0] not in ("-h", "--help")):
            args = ["show", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=ShownByDefault, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

Institution = Annotated[str, typer.Option(help="The CBE number of an institution, to include its closed days.")]
Whose = Annotated[str, typer.Option(help="Only for this institution, by CBE number. By default, for everyone.")]
Day = Annotated[str, typer.Argument(metavar="DATE", help="The day: 2027-02-15.")]


@app.callback()
def main() -> None:
    """Show or change the calendar, or calculate deadlines."""


@app.command()
def show(
    first: Annotated[str, typer.Option("--from", help="The first day: 2027-02-15. By default, today.")] = "",
    last: Annotated[str, typer.Option("--to", help="The last day. By default, six weeks later.")] = "",
    institution: Institution = "",
    as_json: AsJson = False,
) -> None:
    """Show working days with their evenings, closed days, holidays and blackouts. The word `show` is optional."""
    whose = calendar_changes.whose_calendar(institution, actor=actor())
    begin, end = _period(first, last)
    evenings = evenings_for(whose, booked=booked_between(begin, end), since=begin - timedelta(days=1))
    language = language_of_user()
    answer = calendar_of(begin, end, evenings=evenings, closed=closed_days(whose), institution=whose, language=language)
    console.result(answer, _calendar_lines, as_json=as_json, precision="seconds")


@app.command()
def deadlines(
    date: Annotated[str, typer.Argument(help="The day of production: 2027-02-15.")],
    institution: Institution = "",
    recipients: Annotated[int, typer.Option(min=0, help="The approximate number of recipients.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Show the deadlines for a production date, any conflicts, and the nearest free dates."""
    whose = calendar_changes.whose_calendar(institution, actor=actor())
    evenings = evenings_for(whose, booked=booked_between())
    language = language_of_user()
    answer = deadline_list(day(date), recipients, evenings=evenings, institution=whose, language=language)
    console.result(answer, _deadline_lines, as_json=as_json, precision="seconds")


@app.command()
def close(date: Day, reason: Reason, institution: Whose = "") -> None:
    """Close a day: it is not counted in deadlines, and no broadcast is planned on it."""
    closed, new = calendar_changes.close_day(day(date), reason=reason, institution=institution, actor=actor())
    _tell(
        CLOSED if new else CLOSED_BEFORE,
        date=long_date(closed.date, language_of_user()),
        reason=mask_and_strip(closed.reason),
        by=mask_and_strip(closed.added_by),
        since=closed.added_at,
    )


@app.command("open")
def reopen(date: Day, institution: Whose = "") -> None:
    """Reopen a closed day."""
    opened = day(date)
    calendar_changes.open_day(opened, institution=institution, actor=actor())
    _tell(OPENED, date=long_date(opened, language_of_user()))


@app.command()
def blackout(
    start: Annotated[str, typer.Argument(help="The start: 2027-02-15T18:00, Brussels time.")],
    end: Annotated[str, typer.Argument(help="The end.")],
    reason: Reason,
    service: Annotated[str, typer.Option(help="The service that is unavailable.")],
    environment: Annotated[
        list[EnvironmentName] | None, typer.Option(help="The environment. By default, production. May be repeated.")
    ] = None,
) -> None:
    """Announce that a service is unavailable: nothing is launched and no date is planned during this time."""
    starts_at, ends_at = moment(start), moment(end)
    assert starts_at is not None  # noqa: S101 - only no text is no moment
    assert ends_at is not None  # noqa: S101 - the same
    added, new = calendar_changes.black_out(
        starts_at=starts_at,
        ends_at=ends_at,
        service=service,
        reason=reason,
        environments=[one.value for one in environment or [EnvironmentName.PRODUCTION]],
        actor=actor(),
    )
    _tell(
        BLACKED_OUT if new else BLACKED_OUT_BEFORE,
        number=added.pk,
        service=mask_and_strip(added.service),
        start=added.starts_at,
        end=added.ends_at,
        by=mask_and_strip(added.added_by),
        since=added.added_at,
    )


@app.command()
def lift(number: Annotated[int, typer.Argument(help="The number of the blackout, as shown in the calendar.")]) -> None:
    """Lift a blackout: the service is available again."""
    lifted, now = calendar_changes.lift(number, actor=actor())
    by, at = mask_and_strip(lifted.removed_by or ""), lifted.removed_at or clock.now()
    _tell(LIFTED if now else LIFTED_BEFORE, number=number, by=by, since=at)


def _tell(sentence: str, **data: object) -> None:
    console.line(translate(sentence, language_of_user(), data))


def _period(first: str, last: str) -> tuple[datetime.date, datetime.date]:
    begin = day(first) if first else clock.today()
    end = day(last) if last else begin + timedelta(days=USUAL_DAYS - 1)
    if not timedelta() <= end - begin <= timedelta(days=MOST_DAYS):
        raise PeriodUnclear(first=begin.isoformat(), last=end.isoformat(), most=MOST_DAYS)
    return begin, end


_EVENING = N_("evening from {start} to {end}")
_HOLIDAY = N_("legal holiday: {name}")
_CLOSED_FOR = N_("closed: {reason}")
_CLOSED_THERE = N_("closed at {institution}: {reason}")
_WEEKEND = N_("weekend")
_BLACKOUT = N_("blackout {number}")
_PLANNED = N_("planned: {broadcasts} of {most_broadcasts} broadcasts, {recipients} of {most_recipients} recipients")
_BLACKOUTS = N_("Blackouts:")
_SPAN = N_("{number}: {service}, from {start} to {end} in {environments}: {reason}")
_NUDGED = N_("reminder to the institution to reconfirm ({days} working days before)")
_RECONFIRM = N_("last day to reconfirm ({days} working days before)")
_ACCEPTANCE = N_("last day to deliver the files for acceptance ({days} working days before)")
_PRODUCTION = N_("production, in the window from {start} to {end}")
_UNTIL_ITS_END = N_("A deadline ends at the end of that day, Brussels time.")
_IN_THE_WAY = N_("Conflicts:")
_NEAREST = N_("The nearest free dates: {dates}.")
_NONE_FREE = N_("There is no free date in the six months after it.")
_FREE = N_("The date is free.")
_DAYS = (N_("Date"), N_("Evening"), N_("Remarks"))
_DEADLINES = (N_("Due"), N_("What to do"))


def _calendar_lines(calendar: Calendar, language: str) -> list[str]:
    """Return a line for each day, then the blackouts."""
    days = console.table(_DAYS, (_cells(one, language) for one in calendar.days), language)
    return [*days, *_listed(calendar.blackouts, language)]


def _deadline_lines(answer: DeadlineList, language: str) -> list[str]:
    """Return a line for each deadline, then whether the date is free."""
    steps = ((long_date(on, language), what) for on, what in _steps(answer, language))
    return [
        *console.table(_DEADLINES, steps, language),
        translate(_UNTIL_ITS_END, language),
        *_verdict(answer, language),
    ]


def _cells(one: CalendarDay, language: str) -> tuple[str, str, str]:
    what = _evening(one.window, language) if one.working else _why_not(one, language)
    notes = [translate(_BLACKOUT, language, {"number": number}) for number in one.blackouts]
    if one.booked.broadcasts:
        notes.append(_planned(one, language))
    return short_date(one.date, language), what, "; ".join(notes)


def _evening(window: Span, language: str) -> str:
    start, end = short_times(window.starts_at, window.ends_at)
    return translate(_EVENING, language, {"start": start, "end": end})


def _why_not(one: CalendarDay, language: str) -> str:
    if one.holiday:
        return translate(_HOLIDAY, language, {"name": one.holiday})
    if one.closed is None:
        return translate(_WEEKEND, language)
    sentence = _CLOSED_THERE if one.closed.institution else _CLOSED_FOR
    return translate(sentence, language, vars(one.closed))


def _planned(one: CalendarDay, language: str) -> str:
    counts = {
        "broadcasts": one.booked.broadcasts,
        "most_broadcasts": one.limits.broadcasts,
        "recipients": one.booked.recipients,
        "most_recipients": one.limits.recipients,
    }
    return translate(_PLANNED, language, {name: grouped(count, language) for name, count in counts.items()})


def _listed(blackouts: tuple[Blackout, ...], language: str) -> Iterator[str]:
    if blackouts:
        yield ""
        yield translate(_BLACKOUTS, language)
    for one in blackouts:
        environments = ", ".join(translate(name, language) for name in one.environments)
        data = {**vars(one), "start": one.starts_at, "end": one.ends_at, "environments": environments}
        yield "  " + translate(_SPAN, language, data)


def _steps(answer: DeadlineList, language: str) -> Iterator[tuple[date, str]]:
    yield answer.nudge_dates[0], translate(_NUDGED, language, {"days": NUDGE_BEFORE})
    yield answer.reconfirmation_date, translate(_RECONFIRM, language, {"days": RECONFIRM_BEFORE})
    yield answer.acceptance_date, translate(_ACCEPTANCE, language, {"days": ACCEPTANCE_BEFORE})
    moments = {"start": answer.window.starts_at, "end": answer.window.ends_at}
    yield answer.production_date, translate(_PRODUCTION, language, moments)


def _verdict(answer: DeadlineList, language: str) -> Iterator[str]:
    if not answer.conflicts:
        yield translate(_FREE, language)
        return
    yield translate(_IN_THE_WAY, language)
    for conflict in answer.conflicts:
        yield f"- {conflict.sentence}"
    dates = ", ".join(long_date(day, language) for day in answer.nearest_free)
    yield translate(_NEAREST, language, {"dates": dates}) if dates else translate(_NONE_FREE, language)
