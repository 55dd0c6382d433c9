"""Asking for a broadcast: of what, for how many in which language, on which evening."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from eboxcast.broadcasts import requests
from eboxcast.broadcasts.errors import (
    AudienceUnclear,
    ContactUnreachable,
    DateInThePast,
    DateNotPossible,
    TypeNotConfigured,
)
from eboxcast.broadcasts.models import Broadcast
from eboxcast.broadcasts.requests import LANGUAGES, MOST_RECIPIENTS, Contact, Offer, Wanted
from eboxcast.lib.errors import EboxcastError, InputRefused, WrongUse
from eboxcast.lib.free_text import MOST_CHARACTERS, MOST_OF_A_NAME, TextUnfit
from eboxcast.lib.translation import N_, name_in, translate
from eboxcast.portal.dates import FIELD, HINT, NO_DATE, Picked, Picker, given_in, picked_in, picker_of
from eboxcast.portal.told import tell
from eboxcast.senders.errors import DetailUnfit
from eboxcast.web.forms import CountField, PageForm
from eboxcast.web.requests import PageRequest, part_of_page
from eboxcast.web.visitors import signed_in

_ONE = N_("The broadcast was requested. BCSS and the integration team now decide on the date.")
_SEVERAL = N_("{count} broadcasts were requested. BCSS and the integration team now decide on the dates.")
_NO_LANGUAGE = N_("Enter the number of recipients for at least one language.")
_KIND = "{}|{}"


class AskForm(PageForm):
    """What is asked for; the dates come from the calendar."""

    kind = forms.ChoiceField(label=N_("Message type"), widget=forms.Select)
    subject = forms.CharField(
        label=N_("Subject"),
        help_text=N_("In one line, for everyone who works on it. It does not appear in the document."),
        max_length=MOST_CHARACTERS,
    )
    fr = CountField(label=N_("French"), required=False, min_value=1, max_value=MOST_RECIPIENTS)
    nl = CountField(label=N_("Dutch"), required=False, min_value=1, max_value=MOST_RECIPIENTS)
    de = CountField(label=N_("German"), required=False, min_value=1, max_value=MOST_RECIPIENTS)
    dates = forms.Field(label=N_("Dates"), required=False)
    campaign = forms.CharField(
        label=N_("Campaign"),
        help_text=N_("Groups broadcasts that belong together. Several languages form one, with the subject as name."),
        max_length=MOST_CHARACTERS,
        required=False,
    )
    contact_name = forms.CharField(label=N_("Name"), max_length=MOST_OF_A_NAME, required=False)
    contact_email = forms.EmailField(label=N_("Email"), max_length=MOST_OF_A_NAME, required=False)
    contact_phone = forms.CharField(label=N_("Phone"), max_length=MOST_OF_A_NAME, required=False)
    form = forms.CharField(max_length=MOST_OF_A_NAME, required=False, widget=forms.HiddenInput)

    widths: ClassVar[Mapping[str, str]] = dict.fromkeys(LANGUAGES, "short")

    def __init__(self, *args: Any, offers: Sequence[Offer], picked: Picked, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.picked = picked
        self.fields["kind"].choices = _choices(offers, self.language)  # type: ignore[attr-defined]  # it has them

    def clean(self) -> dict[str, Any]:
        """Miss what is chosen rather than typed."""
        if not any(self.cleaned_data.get(name) for name in LANGUAGES) and not any(map(self.has_error, LANGUAGES)):
            self.add_error("fr", translate(_NO_LANGUAGE, self.language))
        if not self.picked.dates:
            self.add_error(FIELD, translate(NO_DATE, self.language))
        return self.cleaned_data

    @property
    def wanted(self) -> Wanted:
        """Return what is asked for."""
        given = self.cleaned_data
        application, _, message_type = given["kind"].rpartition("|")
        name, email, phone = (given[f"contact_{one}"] for one in ("name", "email", "phone"))
        return Wanted(
            application=application,
            message_type=message_type,
            subject=given["subject"],
            dates=self.picked.dates,
            expected={one: given[one] for one in LANGUAGES if given[one]},
            campaign=given["campaign"],
            contact=Contact(name=name, email=email, phone=phone) if name or email or phone else None,
            form=given["form"],
        )


@require_http_methods(["GET", "POST"])
@signed_in
def show(request: PageRequest) -> HttpResponse:
    """Ask for broadcasts, one for each language. What was typed stays, whatever is done with the calendar."""
    offers, given, picked = requests.offers_to(request.actor), given_in(request), picked_in(request)
    refused: Mapping[str, Any] = {}
    if not picked.looking:
        form = AskForm(given, offers=offers, picked=picked, language=request.language)
        if form.is_valid():
            try:
                return _answer(request, requests.request(form.wanted, actor=request.actor))
            except (InputRefused, WrongUse) as error:
                form.refuse(error, field=_field_of(error))
                refused = error.data if isinstance(error, DateNotPossible) else {}
    else:
        form = AskForm(
            initial={"form": uuid4().hex, **given.dict()}, offers=offers, picked=picked, language=request.language
        )
    picker = _picker(request, picked, given, refused)
    if part_of_page(request):
        return render(request, "portal/components/dates.html", {"picker": picker, "hint": HINT})
    shown = {"section": "ask", "form": form, "offers": offers, "picker": picker, "hint": HINT}
    return render(request, "portal/ask.html", shown, status=422 if form.wrong else 200)


def _answer(request: PageRequest, requested: Sequence[Broadcast]) -> HttpResponse:
    if len(requested) == 1:
        tell(request, _ONE)
        return redirect("broadcast", requested[0].number)
    tell(request, _SEVERAL, count=len(requested))
    campaign = requested[0].campaign
    return HttpResponseRedirect(f"{reverse('broadcasts')}?{urlencode({'campaign': campaign.name if campaign else ''})}")


def _picker(request: PageRequest, picked: Picked, given: QueryDict, refused: Mapping[str, Any]) -> Picker:
    return picker_of(
        picked,
        actor=request.actor,
        language=request.language,
        recipients=_recipients(given),
        full_too=True,
        refused=refused.get("dates", ()),
        free=refused.get("free", ()),
    )


def _recipients(given: QueryDict) -> int:
    """Return how many are expected as far as it is typed already: how full an evening is depends on it."""
    count = 0
    for name in LANGUAGES:
        try:
            count += CountField(max_value=MOST_RECIPIENTS).clean(given.get(name) or 0)
        except forms.ValidationError:
            continue
    return count


_FIELDS: Mapping[type[EboxcastError], str] = {
    TypeNotConfigured: "kind",
    AudienceUnclear: "fr",
    DateInThePast: FIELD,
    DateNotPossible: FIELD,
    ContactUnreachable: "contact_name",
}


def _field_of(error: EboxcastError) -> str | None:
    """Return the field that an action refused."""
    if isinstance(error, TextUnfit):
        return str(error.data["asked"])
    if isinstance(error, DetailUnfit):
        return f"contact_{error.data['field']}"
    return _FIELDS.get(type(error))


def _choices(offers: Sequence[Offer], language: str) -> list[tuple[str, object]]:
    """Return the message types, by the application that sends them where there are several."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in offers:
        group = f"{name_in(one.application_titles, language)} ({one.application})"
        value = _KIND.format(one.application, one.message_type)
        groups.setdefault(group, []).append((value, f"{name_in(one.titles, language)} ({one.message_type})"))
    blank: list[tuple[str, object]] = [] if len(offers) == 1 else [("", "–")]
    return blank + list(groups.items())
