"""Every component of the pages on one page: to look at what there is before making another, and to photograph."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from eboxcast.broadcasts.models import State
from eboxcast.database import installation
from eboxcast.lib.translation import N_, translate
from eboxcast.planning.capacity import BlackoutSpan, Booked, Evenings
from eboxcast.planning.selectors import Closed
from eboxcast.planning.working_days import WorkingCalendar
from eboxcast.portal.navigation import BroadcastHead, Link
from eboxcast.presenters.broadcast_words import STATES
from eboxcast.presenters.month import month_of
from eboxcast.presenters.schemas.life import Life, Milestone
from eboxcast.presenters.schemas.month import Month
from eboxcast.web.forms import PageForm, options
from eboxcast.web.requests import PageRequest
from eboxcast.web.visitors import signed_in

_NOW = datetime(2027, 2, 15, 17, 0, tzinfo=UTC)
_WRONG = {"wrong-subject": "x" * 81, "wrong-email": "anne", "wrong-count": "0", "wrong-day": "31/02/2027"}
_COLOURS = ("neutral", "accent", "info", "success", "warning", "danger")


class SampleForm(PageForm):
    """A field of each kind."""

    subject = forms.CharField(label=N_("Subject"), max_length=80)
    email = forms.EmailField(label=N_("Email address"))
    count = forms.IntegerField(label=N_("Recipients"), min_value=1, max_value=300_000)
    day = forms.DateField(label=N_("Date"))
    at = forms.TimeField(label=N_("Agreed moment"))
    state = forms.ChoiceField(label=N_("State"), choices=options(STATES, list(State)[:4]))
    file = forms.FileField(label=N_("Document"), required=False)
    reason = forms.CharField(label=N_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    late = forms.BooleanField(label=N_("Late"), required=False)
    widths = {"count": "short", "day": "short", "at": "short"}  # noqa: RUF012 - as Django's forms have theirs


@require_safe
@signed_in
def show(request: PageRequest) -> HttpResponse:
    """Show every component once, on installations where nothing is real."""
    if request.installation_kind == installation.REAL:
        raise Http404
    language = request.language
    shown = {
        "colours": _COLOURS,
        "form": SampleForm(language=language),
        "wrong": SampleForm(_WRONG, language=language, prefix="wrong"),
        "states": list(STATES),
        "head": _head(language),
        "life": _life(language),
        "now": _NOW,
        "month": _month(language),
        "chosen": (_NOW.date(),),
        "steps": (SimpleNamespace(sentence=translate(N_("Request a broadcast"), language), due_at=_NOW, action=""),),
    }
    return render(request, "portal/components.html", shown)


def _head(language: str) -> BroadcastHead:
    tabs = tuple(Link(words, words, "#tabs") for words in (N_("Status"), N_("Files"), N_("Test")))
    subject = translate(N_("Components of the pages"), language)
    return BroadcastHead(
        number="2027-0001", subject=subject, language=language, campaign="", state=State.SCHEDULED, tabs=tabs
    )


def _month(language: str) -> Month:
    """Return a month in which there is a day of each kind."""
    closed, night = date(2027, 2, 12), datetime(2027, 2, 9, 19, tzinfo=UTC)
    blackout = BlackoutSpan(
        id=1,
        starts_at=night,
        ends_at=night + timedelta(hours=1),
        service="eBox",
        reason="",
        environments=frozenset({"production"}),
    )
    evenings = Evenings(
        today=date(2027, 1, 27),
        calendar=WorkingCalendar(closed=frozenset({closed})),
        blackouts=(blackout,),
        booked={date(2027, 2, 17): Booked(4, 3_000_000), date(2027, 2, 18): Booked(10, 12_000_000)},
    )
    return month_of(
        _NOW.date(), evenings=evenings, closed={closed: Closed(reason="–", institution="")}, language=language
    )


def _life(language: str) -> Life:
    names = (N_("Request"), N_("Files"), N_("Test"), N_("GO"), N_("Results"))
    kinds = ("done", "done", "late", "now", "later")
    return Life(
        milestones=tuple(
            Milestone(
                name=translate(name, language),
                is_=kind,  # type: ignore[arg-type]  # one of its words
                at=_NOW if kind == "done" else None,
                due_at=None if kind == "done" else _NOW,
            )
            for name, kind in zip(names, kinds, strict=True)
        )
    )
