"""The calendar: a month with what is planned, holidays, closed days and blackouts; and changing it, by whoever may."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from eboxcast.broadcasts import calendar_changes
from eboxcast.broadcasts.load import booked_between
from eboxcast.broadcasts.lookup import planned_on
from eboxcast.broadcasts.models import Broadcast
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.errors import WrongUse
from eboxcast.lib.formatting import long_date
from eboxcast.lib.free_text import TextUnfit
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.policy import permits
from eboxcast.lib.translation import N_, name_in, translate
from eboxcast.planning.errors import BlackoutBackwards, BlackoutPast, DayPast
from eboxcast.planning.selectors import closed_days, evenings_for
from eboxcast.portal.dates import day_in
from eboxcast.portal.once import done_once
from eboxcast.portal.told import tell
from eboxcast.presenters.calendar import (
    BLACKED_OUT,
    BLACKED_OUT_BEFORE,
    CLOSED,
    CLOSED_BEFORE,
    LIFTED,
    LIFTED_BEFORE,
    OPENED,
    bookings_of,
    calendar_of,
)
from eboxcast.presenters.month import month_of, month_shown
from eboxcast.presenters.schemas.calendar import CalendarDay
from eboxcast.reports.states import ENVIRONMENTS
from eboxcast.senders.lookup import institutions_of
from eboxcast.web.forms import PageForm, options
from eboxcast.web.requests import PageRequest
from eboxcast.web.visitors import signed_in

SECTION = "calendar"


class InstitutionForm(PageForm):
    """Whose closed days are in the calendar beside the operator's."""

    institution = forms.ChoiceField(label=N_("Closed days of"), required=False)

    def __init__(self, *args: object, actor: Actor, language: str, **kwargs: object) -> None:
        super().__init__(*args, language=language, **kwargs)
        self.fields["institution"].choices = _institutions(actor, language)  # type: ignore[attr-defined]  # a choice


def _institutions(actor: Actor, language: str) -> list[tuple[str, str]]:
    known = [(one.cbe, f"{name_in(one.names, language)} ({one.cbe})") for one in institutions_of(actor)]
    return [("", translate(N_("The operator, for everyone"), language)), *known]


@require_safe
@signed_in
def show(request: PageRequest) -> HttpResponse:
    """Show a month: how full its evenings are, what is planned, what is in the way."""
    actor, language = request.actor, request.language
    form = None if actor.institution else InstitutionForm(request.GET, actor=actor, language=language)
    asked = form.cleaned_data["institution"] if form and form.is_valid() else ""
    whose = calendar_changes.whose_calendar(asked, actor=actor)
    day = day_in(f"{request.GET.get('month', '')}-01") or clock.today()
    first = month_shown(day, today=clock.today(), past_too=True)
    last = first.replace(day=monthrange(first.year, first.month)[1])
    evenings = evenings_for(whose, booked=booked_between(first, last), since=first)
    closed = closed_days(whose)
    month = month_of(first, evenings=evenings, closed=closed, language=language, institution=whose, past_too=True)
    days = [one.date for week in month.weeks for one in week if one]
    planned = planned_on(days, actor=actor)
    calendar = calendar_of(days[0], days[-1], evenings=evenings, closed=closed, institution=whose, language=language)
    changes = permits(actor, "calendar.open")
    shown = {
        "section": SECTION,
        "form": form,
        "month": month,
        "calendar": calendar,
        "planned": [(day, bookings_of(found)) for day, found in planned.items() if found],
        "limits": evenings.limits,
        "keep": urlencode({"institution": whose}) if asked else "",
        "openable": [one for one in calendar.days if _is_closed_by(one, whose)] if changes else [],
        "may_close": permits(actor, "calendar.close"),
    }
    return render(request, "portal/calendar.html", shown)


def _is_closed_by(day: CalendarDay, whose: str) -> bool:
    """Return whether a day to come was closed by the institution whose calendar it is; else by the operator."""
    return day.closed is not None and (day.closed.institution or "") == whose and day.date >= clock.today()


class ClosingForm(InstitutionForm):
    """Which day is closed, for whom, and why."""

    date = forms.DateField(label=N_("Day"))
    reason = forms.CharField(label=N_("Reason"), help_text=N_("It is shown in the calendar."), max_length=1000)
    field_order = ("date", "institution", "reason")
    widths = {"date": "short"}  # noqa: RUF012 - as in the base class


@require_http_methods(["GET", "POST"])
@signed_in
def close(request: PageRequest) -> HttpResponse:
    """Close a day: for the own institution, or by the integration team for any or for everybody."""
    actor, language = request.actor, request.language
    given = request.POST if request.method == "POST" else None
    initial = {name: request.GET.get(name, "") for name in ("date", "institution")}
    form = ClosingForm(given, actor=actor, language=language, initial=initial)
    if actor.institution:
        del form.fields["institution"]
    valid = form.is_valid()
    day = form.cleaned_data["date"] if valid else day_in(initial["date"])
    institution = form.cleaned_data.get("institution", "") if valid else ""
    concerned = calendar_changes.foresee_closing(day, institution=institution, actor=actor)
    if valid and day is not None and _was_seen(request, concerned):
        try:
            closed, new = calendar_changes.close_day(
                day, reason=form.cleaned_data["reason"], institution=institution, actor=actor
            )
        except (TextUnfit, DayPast) as error:
            form.refuse(error, field="reason" if isinstance(error, TextUnfit) else "date")
        else:
            data = {"reason": closed.reason, "by": closed.added_by, "since": closed.added_at}
            tell(request, CLOSED if new else CLOSED_BEFORE, date=long_date(day, language), **data)
            return _to_month(day, institution)
    return _ask(request, "portal/calendar_close.html", form=form, concerned=concerned)


@require_http_methods(["GET", "POST"])
@signed_in
def reopen(request: PageRequest, closed_day: str) -> HttpResponse:
    """Take a closed day back."""
    institution = request.GET.get("institution", "")
    found = day_in(closed_day)
    if found is None:
        raise DayUnclear(day=mask_and_strip(closed_day)[:20])
    if request.method == "POST":
        done_once(request, lambda: calendar_changes.open_day(found, institution=institution, actor=request.actor))
        tell(request, OPENED, date=long_date(found, request.language))
        return _to_month(found, institution)
    closed = calendar_changes.foresee_opening(found, institution=institution, actor=request.actor)
    return _ask(request, "portal/calendar_open.html", closed=closed, keep=institution)


class DayUnclear(WrongUse):
    """What stands in the address is no day."""

    code = "calendar.day-unclear"
    sentence = N_("{day} is not a date.")


class BlackoutForm(PageForm):
    """From when to when which service is not there."""

    service = forms.CharField(
        label=N_("Service"), help_text=N_("What is unavailable, such as the eBox database."), max_length=150
    )
    start_day = forms.DateField(label=N_("First day"))
    start_time = forms.TimeField(label=N_("From (time)"), widget=forms.TimeInput(attrs={"type": "time"}))
    end_day = forms.DateField(label=N_("Last day"))
    end_time = forms.TimeField(label=N_("Until (time)"), widget=forms.TimeInput(attrs={"type": "time"}))
    environments = forms.MultipleChoiceField(
        label=N_("Environments"),
        choices=options(ENVIRONMENTS),
        widget=forms.CheckboxSelectMultiple,
        initial=["production"],
    )
    reason = forms.CharField(label=N_("Reason"), help_text=N_("It is shown in the calendar."), max_length=1000)
    widths = dict.fromkeys(("start_day", "start_time", "end_day", "end_time"), "short")

    def span(self) -> tuple[datetime, datetime]:
        """Return from when to when, Brussels time."""
        given = self.cleaned_data
        start, end = (
            datetime.combine(given[f"{name}_day"], given[f"{name}_time"], clock.BRUSSELS) for name in ("start", "end")
        )
        return start, end


@require_http_methods(["GET", "POST"])
@signed_in
def black_out(request: PageRequest) -> HttpResponse:
    """Announce that a service is not there, after showing whose evening that touches."""
    form = BlackoutForm(request.POST if request.method == "POST" else None, language=request.language)
    concerned = calendar_changes.foresee_blackout(actor=request.actor)
    if form.is_valid():
        given = form.cleaned_data
        start, end = form.span()
        try:
            concerned = calendar_changes.foresee_blackout(start, end, actor=request.actor)
            if _was_seen(request, concerned):
                blackout, new = calendar_changes.black_out(
                    starts_at=start,
                    ends_at=end,
                    service=given["service"],
                    reason=given["reason"],
                    environments=given["environments"],
                    actor=request.actor,
                )
                data = {"number": blackout.pk, "service": blackout.service, "start": start, "end": end}
                before = {"by": blackout.added_by, "since": blackout.added_at}
                tell(request, BLACKED_OUT if new else BLACKED_OUT_BEFORE, **data, **before)
                return _to_month(start.date(), "")
        except (BlackoutBackwards, BlackoutPast) as error:
            form.refuse(error, field="end_day")
        except TextUnfit as error:
            form.refuse(error, field=str(error.data["asked"]))
    return _ask(request, "portal/calendar_blackout.html", form=form, concerned=concerned)


@require_http_methods(["GET", "POST"])
@signed_in
def lift(request: PageRequest, number: int) -> HttpResponse:
    """Lift a blackout: the service is there again."""
    blackout = calendar_changes.foresee_lift(number, actor=request.actor)
    if request.method == "POST" or blackout.removed_at is not None:
        lifted, now = calendar_changes.lift(number, actor=request.actor)
        data = {"by": lifted.removed_by or "–", "since": lifted.removed_at or clock.now()}
        tell(request, LIFTED if now else LIFTED_BEFORE, number=number, **data)
        return _to_month(lifted.starts_at.astimezone(clock.BRUSSELS).date(), "")
    return _ask(request, "portal/calendar_lift.html", blackout=blackout)


def _ask(
    request: PageRequest,
    template: str,
    *,
    form: PageForm | None = None,
    concerned: Sequence[Broadcast] = (),
    **more: object,
) -> HttpResponse:
    shown = {"section": SECTION, "form": form, "concerned": bookings_of(concerned), "seen": _seen(concerned), **more}
    return render(request, template, shown, status=422 if form and form.wrong else 200)


def _seen(concerned: Sequence[Broadcast]) -> str:
    return ",".join(one.number for one in concerned)


def _was_seen(request: PageRequest, concerned: Sequence[Broadcast]) -> bool:
    """Return whether the page that was sent had shown the broadcasts this is about; if not, they are shown first."""
    return not concerned or request.POST.get("seen", "") == _seen(concerned)


def _to_month(day: date, institution: str) -> HttpResponse:
    asked = {"month": f"{day:%Y-%m}", **({"institution": institution} if institution else {})}
    return redirect(f"{reverse('calendar')}?{urlencode(asked)}")
