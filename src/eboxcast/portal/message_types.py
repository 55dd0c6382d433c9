"""Message types: which there are and what waits, the form of an institution, and each decision about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from eboxcast.accounts.errors import FormSentBefore
from eboxcast.database.names import ENVIRONMENTS
from eboxcast.lib.actors import Actor
from eboxcast.lib.errors import EboxcastError
from eboxcast.lib.forms import WrongPlaces
from eboxcast.lib.free_text import MOST_OF_A_NAME, TextUnfit
from eboxcast.lib.policy import permits
from eboxcast.lib.translation import N_, translate
from eboxcast.portal.once import once
from eboxcast.portal.told import tell
from eboxcast.presenters.message_types import EBOX_TYPES, MEDIA, OFFERS, UNITS, WITHOUT_EBOX, type_desk, type_sheet
from eboxcast.senders.errors import AlreadyConfigured, AlreadyRequested, ApplicationTaken
from eboxcast.senders.lookup import applications_of, find_either, requests_of, types_of
from eboxcast.senders.models import Institution, MessageType, TypeRequest
from eboxcast.senders.request_form import RequestForm, fill_request
from eboxcast.senders.type_requests import (
    accept_type,
    configure_type,
    foresee_request,
    foresee_step,
    refuse_type,
    request_type,
    validate_type,
    withdraw_type,
)
from eboxcast.senders.type_states import TRANSITIONS, Step
from eboxcast.web.errors import not_found, status_of
from eboxcast.web.forms import PageForm, options
from eboxcast.web.requests import PageRequest
from eboxcast.web.visitors import signed_in

SECTION = "message-types"
_MOST_TEXT = 2000
_MB = 1024 * 1024
_OWN_NAMES = {"fr": N_("French"), "nl": N_("Dutch"), "de": N_("German")}


@require_safe
@signed_in
def show_list(request: PageRequest) -> HttpResponse:
    """Show the message types somebody may see: what waits for them first."""
    actor = request.actor
    desk = type_desk(requests_of(actor), types_of(actor), actor.roles, request.language)
    shown = {"section": SECTION, "desk": desk, "may_ask": permits(actor, "type.request")}
    return render(request, "portal/message_types.html", shown)


@require_safe
@signed_in
def show(request: PageRequest, number: int | None = None, code: str = "") -> HttpResponse:
    """Show everything about a message type: what was asked, who decided what, and what comes next."""
    asked, kind = find_either(code or str(number), actor=request.actor)
    sheet = type_sheet(asked, kind, request.actor.roles, request.language)
    return render(request, "portal/message_type.html", {"section": SECTION, "sheet": sheet})


class DecisionForm(PageForm):
    """What goes with a decision: nothing, but that it is meant."""


class ReasonForm(DecisionForm):
    """Why a request is refused."""

    reason = forms.CharField(
        label=N_("Reason"),
        help_text=N_("The institution reads it, and it is kept permanently. Do not identify any citizen."),
        max_length=1000,
    )


class WithdrawalForm(DecisionForm):
    """Why a request is taken back, if that is said."""

    reason = forms.CharField(
        label=N_("Reason"), help_text=N_("Optional. It is kept permanently."), max_length=1000, required=False
    )


@dataclass(frozen=True, kw_only=True)
class _Decision:
    """A page that takes one step with a message type."""

    step: Step
    consequences: tuple[str, ...]
    do: Callable[[TypeRequest | None, MessageType | None, Mapping[str, str], Actor], object]
    form: type[DecisionForm] = DecisionForm
    danger: bool = False

    @property
    def title(self) -> str:
        """Return what the step is called, as wherever it is offered."""
        return OFFERS[self.step][0]


_TOLD = N_("The institution, the validator and the integration team receive an email.")


def _number(request: TypeRequest | None) -> int:
    return request.pk if request else 0


def _code(request: TypeRequest | None, kind: MessageType | None) -> str:
    return request.code if request else kind.code if kind else ""


_DECISIONS = {
    "validate": _Decision(
        step=Step.VALIDATE,
        consequences=(
            N_("You accept the message type at business level: its purpose, its legal basis, who receives it."),
            N_("The integration team then decides at technical level."),
            _TOLD,
        ),
        do=lambda request, kind, given, actor: validate_type(_number(request), actor=actor),
    ),
    "accept": _Decision(
        step=Step.ACCEPT,
        consequences=(
            N_("You accept the application, the code, the types of document and the volumes."),
            N_("Nothing works yet: the next step is to configure it in acceptance."),
            _TOLD,
        ),
        do=lambda request, kind, given, actor: accept_type(_number(request), actor=actor),
    ),
    "acceptance": _Decision(
        step=Step.CONFIGURE_ACCEPTANCE,
        consequences=(
            N_("The institution, the application and the message type of the form are configured together."),
            N_("Packages of this type can then be tested in acceptance. Production stays closed."),
            _TOLD,
        ),
        do=lambda request, kind, given, actor: configure_type(
            _code(request, kind), environment="acceptance", actor=actor
        ),
    ),
    "production": _Decision(
        step=Step.CONFIGURE_PRODUCTION,
        consequences=(
            N_("Broadcasts of this type can then reach real recipients."),
            N_("This is final: the request cannot be refused or withdrawn afterwards."),
            _TOLD,
        ),
        do=lambda request, kind, given, actor: configure_type(
            _code(request, kind), environment="production", actor=actor
        ),
    ),
    "refuse": _Decision(
        step=Step.REFUSE,
        consequences=(
            N_("The institution receives your reason, and can correct the form and submit it again."),
            N_("If the type works in acceptance, it stops working there."),
        ),
        do=lambda request, kind, given, actor: refuse_type(_number(request), reason=given["reason"], actor=actor),
        form=ReasonForm,
        danger=True,
    ),
    "withdraw": _Decision(
        step=Step.WITHDRAW,
        consequences=(
            N_("The request is closed. You can submit it again later."),
            N_("If the type works in acceptance, it stops working there."),
        ),
        do=lambda request, kind, given, actor: withdraw_type(_number(request), reason=given["reason"], actor=actor),
        form=WithdrawalForm,
        danger=True,
    ),
}


@require_http_methods(["GET", "POST"])
@signed_in
def decide(request: PageRequest, step: str, number: int) -> HttpResponse:
    """Take one step with a request, after saying what follows from it."""
    return _decide(request, _DECISIONS[step], str(number))


@require_http_methods(["GET", "POST"])
@signed_in
def configure(request: PageRequest, environment: str, type: str) -> HttpResponse:  # noqa: A002 - as the next action calls it
    """Configure a type in an environment, after saying what follows from it."""
    if environment not in ENVIRONMENTS:
        return not_found(request)
    return _decide(request, _DECISIONS[environment], type)


def _decide(request: PageRequest, decision: _Decision, wanted: str) -> HttpResponse:
    asked, kind = foresee_step(wanted, decision.step, actor=request.actor)
    form = decision.form(request.POST if request.method == "POST" else None, language=request.language)
    if form.is_valid():
        try:
            decision.do(asked, kind, form.cleaned_data, request.actor)
        except (TextUnfit, ApplicationTaken) as error:
            form.refuse(error, field="reason" if isinstance(error, TextUnfit) else None)
        else:
            return _to_sheet(asked, kind)
    done = asked.state == TRANSITIONS[decision.step].target if asked else kind is not None and kind.production_at
    if request.method == "GET" and done:
        return _to_sheet(asked, kind)
    sheet = type_sheet(asked, kind, request.actor.roles, request.language)
    shown = {"section": SECTION, "decision": decision, "sheet": sheet, "form": form}
    return render(request, "portal/message_type_step.html", shown, status=422 if form.wrong else 200)


def _to_sheet(asked: TypeRequest | None, kind: MessageType | None) -> HttpResponse:
    return redirect("message-type", number=asked.pk) if asked else redirect("message-type", code=_code(asked, kind))


def _name(label: str, *, required: bool = True, help_text: str = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=MOST_OF_A_NAME, required=required, help_text=help_text)


def _text(label: str, help_text: str) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, max_length=_MOST_TEXT, widget=forms.Textarea(attrs={"rows": 4})
    )


def _count(label: str, *, initial: int | None = None, help_text: str = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, initial=initial, help_text=help_text)


_SHORT = (
    "institution__cbe",
    "message_type__validity__number",
    "message_type__validity__unit",
    "message_type__document_bytes",
    "expected__recipients",
    "expected__broadcasts_a_year",
    "expected__dates__1",
    "expected__dates__2",
    "expected__dates__3",
)
_OF_A_CONTACT = ("name", "email", "phone")
_CONTACTS = {
    "business_contact": N_("Contact for questions about the purpose of the message"),
    "technical_contact": N_("Contact for technical questions"),
    "requested_by": N_("Person who fills in this form"),
}
_ON_PAGES = {
    "institution__cbe": N_("Enter a CBE number: ten digits, of which the last two are check digits."),
    "expected__dates": N_("Choose dates from today onwards."),
}
"""What is wrong with a field, where the words for a file would not fit."""
_FIELD_OF: Mapping[type[EboxcastError], str] = {
    ApplicationTaken: "application__name",
    AlreadyConfigured: "message_type__code",
    AlreadyRequested: "message_type__code",
}


class RequestPage(PageForm):
    """The form for a new message type. A field is called as its place in the form, with ``__`` between the steps."""

    institution__cbe = forms.CharField(
        label=N_("CBE number"),
        help_text=N_("Ten digits. An institution that is already known keeps its name."),
        max_length=20,
    )
    institution__name__fr = _name(N_("Institution, in French"), required=False)
    institution__name__nl = _name(N_("Institution, in Dutch"), required=False)
    institution__name__de = _name(N_("Institution, in German"), required=False)
    institution__name__en = _name(N_("Institution, in English (optional)"), required=False)
    application__name = _name(
        N_("Application"),
        help_text=N_("The short name of your system that sends, such as rjv-onva:workerholidayrights:cova2."),
    )
    application__title__fr = _name(N_("Application, in French"), required=False)
    application__title__nl = _name(N_("Application, in Dutch"), required=False)
    application__title__de = _name(N_("Application, in German"), required=False)
    application__title__en = _name(N_("Application, in English (optional)"), required=False)
    message_type__code = forms.CharField(
        label=N_("Code"), help_text=N_("6 to 80 characters, such as HOLIDAY-LETTER."), min_length=6, max_length=80
    )
    message_type__title__fr = _name(N_("Title, in French"))
    message_type__title__nl = _name(N_("Title, in Dutch"))
    message_type__title__de = _name(N_("Title, in German"))
    message_type__title__en = _name(N_("Title, in English (optional)"), required=False)
    message_type__description = _text(N_("Description"), N_("What the message says, and to whom it is sent."))
    message_type__legal_basis = _text(N_("Purpose and legal basis"), N_("Why it is sent: the law and the decision."))
    message_type__ebox_type = forms.ChoiceField(
        label=N_("Whose eBoxes"), choices=options(EBOX_TYPES), widget=forms.RadioSelect, initial="CITIZEN"
    )
    message_type__languages = forms.MultipleChoiceField(
        label=N_("Languages of the documents"),
        help_text=N_("Each language is a broadcast of its own."),
        choices=options(_OWN_NAMES),
        widget=forms.CheckboxSelectMultiple,
    )
    message_type__validity__number = _count(
        N_("How long a message stays visible"), initial=1, help_text=N_("Afterwards it expires in the eBox.")
    )
    message_type__validity__unit = forms.ChoiceField(label=N_("Unit"), choices=options(UNITS), initial="year")
    message_type__media_types = forms.MultipleChoiceField(
        label=N_("Types of document"),
        help_text=N_("PDF is displayed properly to citizens. They can only download other types."),
        choices=options(MEDIA),
        widget=forms.CheckboxSelectMultiple,
        initial=["application/pdf"],
    )
    message_type__document_bytes = forms.IntegerField(
        label=N_("Maximum document size, in MB"), min_value=1, max_value=100, initial=10
    )
    message_type__without_ebox = forms.ChoiceField(
        label=N_("Recipients without an active eBox"), choices=options(WITHOUT_EBOX), widget=forms.RadioSelect
    )
    expected__recipients = _count(N_("Recipients of one broadcast, approximately"))
    expected__broadcasts_a_year = _count(N_("Broadcasts in a year, approximately"))
    expected__dates__1 = forms.DateField(
        label=N_("First requested date"),
        help_text=N_("This does not book anything: a broadcast is requested separately."),
    )
    expected__dates__2 = forms.DateField(label=N_("Second date (optional)"), required=False)
    expected__dates__3 = forms.DateField(label=N_("Third date (optional)"), required=False)
    business_contact__name = _name(N_("Name"))
    business_contact__email = forms.CharField(label=N_("Email"), max_length=80)
    business_contact__phone = forms.CharField(label=N_("Phone (optional)"), max_length=30, required=False)
    technical_contact__name = _name(N_("Name"))
    technical_contact__email = forms.CharField(label=N_("Email"), max_length=80)
    technical_contact__phone = forms.CharField(label=N_("Phone (optional)"), max_length=30, required=False)
    requested_by__name = _name(N_("Name"))
    requested_by__email = forms.CharField(label=N_("Email"), max_length=80)
    requested_by__phone = forms.CharField(label=N_("Phone (optional)"), max_length=30, required=False)

    widths = MappingProxyType(dict.fromkeys(_SHORT, "short"))
    parts = MappingProxyType({f"{who}__{what}": part for who, part in _CONTACTS.items() for what in _OF_A_CONTACT})

    def __init__(self, *args: Any, actor: Actor, applications: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["application__name"].widget.attrs["list"] = "applications"
        self.applications = tuple(applications)
        self.institution = actor.institution
        if actor.institution:
            for name in [name for name in self.fields if name.startswith("institution__")]:
                del self.fields[name]

    def request_form(self) -> RequestForm:
        """Return what was filled in, as the action takes it. Raises WrongPlaces."""
        values: dict[str, Any] = {"institution": {"cbe": self.institution} if self.institution else {}}
        for name, value in self.cleaned_data.items():
            table = values
            *tables, key = name.split("__")
            for step in tables:
                table = table.setdefault(step, {})
            if value not in (None, "", []):
                table[key] = value.replace("\r\n", "\n") if isinstance(value, str) else value
        values["expected"]["dates"] = list(values["expected"]["dates"].values())
        values["message_type"]["document_bytes"] *= _MB
        return fill_request(values)

    def refuse_places(self, wrong: WrongPlaces) -> None:
        """Say what is wrong beside each field."""
        for fault in wrong.faults:
            place = str(fault.data["place"]).replace(" ", "__")
            field = next((name for name in self.fields if name.startswith(place)), None)
            sentence = _ON_PAGES.get(place, fault.remedy)
            self.add_error(field, translate(sentence, self.language, fault.data))


@require_http_methods(["GET", "POST"])
@signed_in
def ask(request: PageRequest, number: int | None = None) -> HttpResponse:
    """Ask for a new message type, or again for one that was refused or withdrawn."""
    before = foresee_request(number, actor=request.actor)
    form = RequestPage(
        request.POST if request.method == "POST" else None,
        language=request.language,
        actor=request.actor,
        applications=(one.name for one in applications_of(request.actor)),
        initial=_as_before(before) if before else _as_who_asks(request),
    )
    status = 422
    if form.is_valid():
        try:
            with once(request):
                asked = request_type(form.request_form(), actor=request.actor, again=number)
        except FormSentBefore as error:
            tell(request, error.sentence)
            return redirect("message-types")
        except WrongPlaces as wrong:
            form.refuse_places(wrong)
        except (ApplicationTaken, AlreadyConfigured, AlreadyRequested) as error:
            form.refuse(error, field=_FIELD_OF[type(error)])
            status = status_of(error)
        else:
            return redirect("message-type", number=asked.pk)
    shown = {
        "section": SECTION,
        "form": form,
        "before": before,
        "last": max(before.steps.all(), key=lambda step: step.pk) if before else None,
        "institution": Institution.objects.filter(cbe=request.actor.institution).first(),
    }
    return render(request, "portal/message_type_form.html", shown, status=status if form.wrong else 200)


def _as_who_asks(request: PageRequest) -> dict[str, object]:
    assert request.account is not None  # noqa: S101 - somebody signed in
    person = request.account.person
    who = {"name": person.full_name, "email": person.email, "phone": person.phone}
    return {f"requested_by__{name}": value for name, value in who.items()}


def _as_before(before: TypeRequest) -> dict[str, object]:
    """Return the form of a request by its fields."""
    tables: dict[str, Mapping[str, object]] = {
        "institution__name": before.institution_names,
        "application__title": before.application_titles,
        "message_type__title": before.titles,
        "expected__dates": {str(place): day for place, day in enumerate(before.wanted_dates, start=1)},
        "business_contact": before.business_contact,
        "technical_contact": before.technical_contact,
        "requested_by": before.requester,
    }
    return {
        "institution__cbe": before.institution,
        "application__name": before.application,
        "message_type__code": before.code,
        "message_type__description": before.description,
        "message_type__legal_basis": before.legal_basis,
        "message_type__ebox_type": before.ebox_type,
        "message_type__languages": before.languages,
        "message_type__validity__number": before.validity_number,
        "message_type__validity__unit": before.validity_unit,
        "message_type__media_types": before.media_types,
        "message_type__document_bytes": max(1, round(before.document_bytes / _MB)),
        "message_type__without_ebox": before.without_ebox,
        "expected__recipients": before.expected_recipients,
        "expected__broadcasts_a_year": before.broadcasts_a_year,
        **{f"{table}__{name}": value for table, values in tables.items() for name, value in values.items()},
    }
