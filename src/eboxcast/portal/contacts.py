"""Whom to call: as a rule, about one broadcast, and the follow-up sheet of an evening to print."""

from __future__ import annotations

from datetime import date, timedelta

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from eboxcast.broadcasts.listing import broadcasts_of, coming_evenings
from eboxcast.broadcasts.lookup import find_broadcast
from eboxcast.broadcasts.standing_contacts import place_of, places, set_standing_contact
from eboxcast.lib.errors import InputRefused
from eboxcast.lib.free_text import MOST_OF_A_NAME
from eboxcast.lib.policy import authorize
from eboxcast.lib.translation import N_
from eboxcast.portal.dates import day_in
from eboxcast.portal.navigation import head_of
from eboxcast.portal.once import done_once
from eboxcast.portal.told import tell
from eboxcast.presenters.contacts import contact_book, contacts_of_broadcast, evening_sheet, place_shown
from eboxcast.presenters.schemas.contacts import PlaceShown
from eboxcast.senders.errors import DetailUnfit
from eboxcast.web.forms import PageForm
from eboxcast.web.requests import PageRequest
from eboxcast.web.visitors import signed_in

_YEARS = (2000, 2199)
_SAVED = N_("{name} is the contact from now on.")


class ContactForm(PageForm):
    """Whom to call, and how."""

    name = forms.CharField(label=N_("Name"), max_length=MOST_OF_A_NAME)
    phone = forms.CharField(
        label=N_("Phone number"),
        help_text=N_("Give a phone number or an email address, or both. Launches are in the evening."),
        max_length=MOST_OF_A_NAME,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    email = forms.CharField(
        label=N_("Email address"),
        help_text=N_("Follow-up emails about a broadcast go there, too."),
        max_length=MOST_OF_A_NAME,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def refuse_beside(self, error: InputRefused) -> None:
        """Say why this is no contact, beside the field it is about."""
        field = str(error.data["field"]) if isinstance(error, DetailUnfit) else ""
        self.refuse(error, field=field if field in self.fields else None)


@require_safe
@signed_in
def show(request: PageRequest) -> HttpResponse:
    """Show the usual contacts, and the evenings to come."""
    shown = {
        "section": "contacts",
        "book": contact_book(places(request.actor)),
        "evenings": coming_evenings(actor=request.actor),
    }
    return render(request, "portal/contacts.html", shown)


@require_http_methods(["GET", "POST"])
@signed_in
def change_team(request: PageRequest, code: str) -> HttpResponse:
    """Name the usual contact of a team."""
    authorize(request.actor, "contacts.set_team")
    return _change(request, place_shown(place_of(team=code, actor=request.actor)))


@require_http_methods(["GET", "POST"])
@signed_in
def change_institution(request: PageRequest, cbe: str) -> HttpResponse:
    """Name the usual contact of an institution."""
    authorize(request.actor, "contacts.set")
    return _change(request, place_shown(place_of(institution=cbe, actor=request.actor)))


@require_safe
@signed_in
def show_broadcast(request: PageRequest, broadcast: str) -> HttpResponse:
    """Show whom to call about a broadcast."""
    found = find_broadcast(broadcast, actor=request.actor)
    shown = {"section": "broadcasts", "head": head_of(found, request.actor), "sheet": contacts_of_broadcast(found)}
    return render(request, "portal/broadcast_contacts.html", {**shown, "day": found.date})


@require_safe
@signed_in
def show_evening(request: PageRequest, day: str) -> HttpResponse:
    """Show the follow-up sheet of an evening: a page to print."""
    authorize(request.actor, "contacts.see")
    wanted = _day(day)
    listed = broadcasts_of(wanted, actor=request.actor)
    shown = {
        "section": "contacts",
        "sheet": evening_sheet(wanted, listed, request.language),
        "before": wanted - timedelta(days=1),
        "after": wanted + timedelta(days=1),
    }
    return render(request, "portal/evening.html", shown)


def _change(request: PageRequest, place: PlaceShown) -> HttpResponse:
    whose = {"team": place.team, "institution": place.institution}
    form = ContactForm(request.POST or None, initial=_recorded(place), language=request.language)
    if form.is_valid():
        try:
            done_once(request, lambda: set_standing_contact(actor=request.actor, **whose, **form.cleaned_data))
        except InputRefused as error:
            form.refuse_beside(error)
        else:
            tell(request, _SAVED, name=form.cleaned_data["name"])
            return redirect("contacts")
    shown = {"section": "contacts", "form": form, "place": place}
    return render(request, "portal/contact.html", shown, status=422 if form.wrong else 200)


def _recorded(place: PlaceShown) -> dict[str, str]:
    return {"name": place.name, "email": place.email, "phone": place.phone}


def _day(text: str) -> date:
    """Return a day of an address. Raises Http404 for what is none, or is far from every broadcast."""
    day = day_in(text)
    if day is None or not _YEARS[0] <= day.year <= _YEARS[1]:
        raise Http404
    return day
