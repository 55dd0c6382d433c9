"""The people of this installation: who may act, as what, how they sign in, and by which tokens."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eboxcast.accounts import invitations
from eboxcast.accounts.errors import FormSentBefore
from eboxcast.accounts.factors import reset_factors
from eboxcast.accounts.standing import standing_of
from eboxcast.lib.actors import Actor, Role
from eboxcast.lib.errors import InputRefused
from eboxcast.lib.formatting import clauses
from eboxcast.lib.free_text import MOST_OF_A_NAME
from eboxcast.lib.policy import authorize, permits
from eboxcast.lib.translation import N_, name_in, translate
from eboxcast.portal.once import done_once, once
from eboxcast.portal.told import tell
from eboxcast.presenters.people import MAILS, ROLES, houses, person_sheet, token_list
from eboxcast.presenters.schemas.people import PersonSheet
from eboxcast.senders import people, people_tokens
from eboxcast.senders.errors import (
    DetailUnfit,
    HomeUnknown,
    NameUnfit,
    PersonKnown,
    RolesUnfit,
    TokenUnfit,
    TokenUnknown,
)
from eboxcast.senders.models import Institution, Mails
from eboxcast.senders.people import Particulars, Sought
from eboxcast.senders.people_file import load_people
from eboxcast.web.forms import PageForm, options
from eboxcast.web.language import NAMES
from eboxcast.web.requests import PageRequest
from eboxcast.web.visitors import signed_in

_MOST_SHOWN = 200
_OPERATOR = "operator"
"""What stands in the choice of an institution for those who belong to none."""
_OPERATOR_NAME = N_("The operator and the validator")
_LARGEST_FILE = 1_000_000
_MADE_BEFORE = N_(
    "This form was sent before. It made one token, shown at that time. If you did not see it, revoke it and make "
    "another."
)
_INVITED_BEFORE = N_(
    "This form was sent before. It made one link, shown at that time. If you did not see it, make a new one: the first "
    "one will then no longer work."
)
_BESIDE: dict[type[InputRefused], str] = {
    NameUnfit: "name",
    PersonKnown: "name",
    RolesUnfit: "roles",
    HomeUnknown: "institution",
}


class FilterForm(PageForm):
    """Which people are asked for."""

    words = forms.CharField(label=N_("Name or email address"), max_length=MOST_OF_A_NAME, required=False)
    institution = forms.ChoiceField(label=N_("Belongs to"), required=False)
    role = forms.ChoiceField(label=N_("Role"), choices=[("", N_("All roles")), *options(ROLES)], required=False)
    inactive = forms.BooleanField(label=N_("Also inactive people"), required=False)

    def __init__(self, *args: Any, institutions: Iterable[Institution], language: str, **kwargs: Any) -> None:
        super().__init__(*args, language=language, **kwargs)
        everybody = ("", translate(N_("All institutions"), language))
        self.fields["institution"].choices = [everybody, *_homes(institutions, language)]  # type: ignore[attr-defined]  # a choice

    def sought(self) -> Sought:
        """Return what is asked for; what cannot be read asks for everybody."""
        given = self.cleaned_data if self.is_valid() else {}
        home = given.get("institution", "")
        return Sought(
            words=given.get("words", ""),
            role=Role(given["role"]) if given.get("role") else None,
            institution=_home_of(home) if home else None,
            active_only=not given.get("inactive", False),
        )


class PersonForm(PageForm):
    """What is recorded of a person."""

    full_name = forms.CharField(label=N_("First and last name"), max_length=MOST_OF_A_NAME)
    institution = forms.ChoiceField(label=N_("Belongs to"))
    roles = forms.MultipleChoiceField(
        label=N_("Roles"),
        help_text=N_(
            "People of an institution request broadcasts and give the GO. All other roles are for the operator or the "
            "validator."
        ),
        choices=options(ROLES),
        widget=forms.CheckboxSelectMultiple,
    )
    mail_language = forms.ChoiceField(label=N_("Language of the emails"), choices=list(NAMES.items()))
    email = forms.CharField(
        label=N_("Email address"),
        help_text=N_("Emails of the procedure are sent there, and people sign in with it."),
        max_length=MOST_OF_A_NAME,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=N_("Phone number"),
        max_length=MOST_OF_A_NAME,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    mails = forms.ChoiceField(label=N_("Emails"), choices=options(MAILS))
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, institutions: Iterable[Institution], language: str, **kwargs: Any) -> None:
        super().__init__(*args, language=language, **kwargs)
        self.fields["institution"].choices = _homes(institutions, language)  # type: ignore[attr-defined]  # a choice

    def particulars(self) -> dict[str, Any]:
        """Return what was filled in, as actions take it."""
        given = self.cleaned_data
        return {
            "full_name": given["full_name"],
            "institution": _home_of(given["institution"]),
            "roles": frozenset(map(Role, given["roles"])),
            "language": given["mail_language"],
            "email": given["email"],
            "phone": given["phone"],
            "mails": given["mails"],
        }

    def refuse_beside(self, error: InputRefused) -> None:
        """Say why somebody cannot be recorded so, beside the field it is about."""
        field = _BESIDE.get(type(error), "")
        if isinstance(error, DetailUnfit):
            field = str(error.data["field"]).replace(" ", "_")  # a field of ours
        self.refuse(error, field=field if field in self.fields else None)


class NewPersonForm(PersonForm):
    """The same of somebody new, with the name under which they act."""

    name = forms.CharField(
        label=N_("Login"),
        help_text=N_(
            "2 to 40 lowercase letters, digits, dots, hyphens or underscores. It cannot be changed later: the audit "
            "contains it."
        ),
        max_length=40,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )
    service = forms.BooleanField(
        label=N_("A service account"),
        help_text=N_(
            "For a program, such as a scheduler. It uses tokens, cannot sign in to the pages and receives no emails."
        ),
        required=False,
    )
    field_order = ("name", "full_name", "institution", "roles", "service", "mail_language", "email", "phone", "mails")


class InviteForm(PageForm):
    """How long an invitation is valid."""

    days = forms.IntegerField(
        label=N_("Days the link is valid"), min_value=1, max_value=invitations.MOST_DAYS, initial=7
    )
    widths = {"days": "short"}  # noqa: RUF012 - as in the base class


class TokenForm(PageForm):
    """What a token is for, and for how long."""

    label = forms.CharField(
        label=N_("What it is for"), help_text=N_("Such as the name of a machine."), max_length=MOST_OF_A_NAME
    )
    days = forms.IntegerField(label=N_("Days it is valid"), min_value=1, max_value=people_tokens.MOST_DAYS, initial=90)
    widths = {"days": "short"}  # noqa: RUF012 - as in the base class


class LoadForm(PageForm):
    """A people file."""

    file = forms.FileField(
        label=N_("People file"),
        help_text=N_("A TOML file with people, teams and contacts, of at most 1 MB."),
        widget=forms.FileInput(attrs={"accept": ".toml"}),
    )


@require_safe
@signed_in
def show_list(request: PageRequest) -> HttpResponse:
    """Show people, those of the operator first."""
    institutions = people.list_institutions(actor=request.actor)
    form = FilterForm(request.GET, institutions=institutions, language=request.language)
    found = people.list_people(form.sought(), actor=request.actor, limit=_MOST_SHOWN + 1)
    shown = {
        "section": "people",
        "form": form,
        "houses": houses(found[:_MOST_SHOWN]),
        "most": _MOST_SHOWN if len(found) > _MOST_SHOWN else 0,
    }
    return render(request, "portal/people.html", shown)


@require_http_methods(["GET", "POST"])
@signed_in
def add(request: PageRequest) -> HttpResponse:
    """Record somebody new."""
    authorize(request.actor, "person.add")
    institutions = people.list_institutions(actor=request.actor)
    begin = {"mail_language": request.language, "mails": Mails.EACH, "institution": request.GET.get("institution", "")}
    form = NewPersonForm(request.POST or None, initial=begin, institutions=institutions, language=request.language)
    if form.is_valid():
        name = form.cleaned_data["name"]
        particulars = Particulars(**form.particulars(), service=form.cleaned_data["service"])
        try:
            done_once(request, lambda: people.add_person(name, particulars, actor=request.actor))
        except InputRefused as error:
            form.refuse_beside(error)
        else:
            return redirect("person", name)
    return render(request, "portal/person_add.html", {"section": "people", "form": form}, status=_status(form))


@require_safe
@signed_in
def show(request: PageRequest, name: str) -> HttpResponse:
    """Show a person, what they may do, and how they sign in."""
    sheet = _sheet(name, request.actor)
    sees_tokens = permits(request.actor, "token.see")
    tokens = token_list(people_tokens.tokens_of(name, actor=request.actor)).tokens if sees_tokens else ()
    shown = {"section": "people", "sheet": sheet, "person": sheet.person, "tokens": tokens, "sees_tokens": sees_tokens}
    return render(request, "portal/person.html", {**shown, "mails": MAILS[sheet.person.mails]})


@require_http_methods(["GET", "POST"])
@signed_in
def change(request: PageRequest, name: str) -> HttpResponse:
    """Change what is recorded of somebody."""
    authorize(request.actor, "person.change")
    sheet = _sheet(name, request.actor)
    institutions = people.list_institutions(actor=request.actor)
    form = PersonForm(
        request.POST or None, initial=_recorded(sheet), institutions=institutions, language=request.language
    )
    if form.is_valid():
        try:
            changes = {"seen": form.cleaned_data["seen"], **form.particulars()}
            done_once(request, lambda: people.change_person(name, actor=request.actor, **changes))
        except InputRefused as error:
            form.refuse_beside(error)
        else:
            return redirect("person", name)
    shown = {"section": "people", "form": form, "sheet": sheet, "person": sheet.person, "only": _only(sheet, request)}
    return render(request, "portal/person_change.html", shown, status=_status(form))


@require_http_methods(["GET", "POST"])
@signed_in
def deactivate(request: PageRequest, name: str) -> HttpResponse:
    """Say what follows, and let somebody act no more."""
    authorize(request.actor, "person.deactivate")
    if request.method == "POST":
        people.deactivate_person(name, actor=request.actor)
        return redirect("person", name)
    sheet = _sheet(name, request.actor)
    shown = {
        "section": "people",
        "sheet": sheet,
        "person": sheet.person,
        "only": _only(sheet, request),
        "oneself": name == request.actor.name,
    }
    return render(request, "portal/person_deactivate.html", shown)


@require_POST
@signed_in
def reactivate(request: PageRequest, name: str) -> HttpResponse:
    """Let somebody act again."""
    people.change_person(name, actor=request.actor, active=True)
    return redirect("person", name)


@require_http_methods(["GET", "POST"])
@signed_in
def invite(request: PageRequest, name: str) -> HttpResponse:
    """Have somebody be sent a link by which they set their password, or show it this once to be handed over."""
    authorize(request.actor, "account.invite")
    sheet = _sheet(name, request.actor)
    form = InviteForm(request.POST or None, language=request.language)
    link = ""
    if form.is_valid():
        days = form.cleaned_data["days"]
        try:
            if "by_mail" in request.POST:
                done_once(request, lambda: invitations.invite_by_mail(name, days=days, actor=request.actor))
                return redirect("person", name)
            with once(request):
                text = invitations.invite(name, days=days, actor=request.actor)
        except FormSentBefore:
            tell(request, _INVITED_BEFORE)
            return redirect("person", name)
        except InputRefused as error:
            form.refuse(error)
        else:
            link = f"{settings.EBOXCAST_PAGES_URL}/invitation/{text}"
            sheet = _sheet(name, request.actor)
    shown = {"section": "people", "form": form, "sheet": sheet, "person": sheet.person, "link": link}
    return render(request, "portal/person_invite.html", shown, status=_status(form))


@require_http_methods(["GET", "POST"])
@signed_in
def reset_factor(request: PageRequest, name: str) -> HttpResponse:
    """Say what follows, and take away the second factor that somebody lost."""
    authorize(request.actor, "account.reset_factor")
    if request.method == "POST":
        done_once(request, lambda: reset_factors(name, actor=request.actor))
        return redirect("person", name)
    sheet = _sheet(name, request.actor)
    shown = {"section": "people", "person": sheet.person, "oneself": name == request.actor.name}
    return render(request, "portal/person_factor.html", shown)


@require_http_methods(["GET", "POST"])
@signed_in
def make_token(request: PageRequest, name: str) -> HttpResponse:
    """Make a token for somebody, and show it this once."""
    authorize(request.actor, "token.make")
    sheet = _sheet(name, request.actor)
    form = TokenForm(request.POST or None, language=request.language)
    text = ""
    if form.is_valid():
        given = form.cleaned_data
        try:
            with once(request):
                text = people_tokens.make_token(name, label=given["label"], days=given["days"], actor=request.actor)
        except FormSentBefore:
            tell(request, _MADE_BEFORE)
            return redirect("person", name)
        except TokenUnfit as error:
            form.refuse(error, field="label")
    shown = {"section": "people", "form": form, "person": sheet.person, "text": text}
    return render(request, "portal/person_token.html", shown, status=_status(form))


@require_http_methods(["GET", "POST"])
@signed_in
def revoke_token(request: PageRequest, name: str, number: int) -> HttpResponse:
    """Say what follows, and take a token back."""
    tokens = token_list(people_tokens.tokens_of(name, actor=request.actor)).tokens
    token = next((one for one in tokens if one.number == number), None)
    if token is None:
        raise TokenUnknown(number=number)
    if request.method == "POST":
        people_tokens.revoke_token(number, actor=request.actor)
        return redirect("person", name)
    person = _sheet(name, request.actor).person
    return render(request, "portal/person_revoke.html", {"section": "people", "token": token, "person": person})


@require_http_methods(["GET", "POST"])
@signed_in
def load(request: PageRequest) -> HttpResponse:
    """Load people, teams and contacts from a file: all of it, or nothing."""
    authorize(request.actor, "person.load")
    form = LoadForm(request.POST or None, request.FILES or None, language=request.language)
    loaded = None
    if form.is_valid() and form.cleaned_data["file"].size > _LARGEST_FILE:
        form.add_error("file", translate(N_("The file is too large."), request.language))
    if form.is_valid():
        with TemporaryDirectory() as folder:
            path = Path(folder) / "people.toml"
            path.write_bytes(form.cleaned_data["file"].read())
            try:
                loaded = load_people(path, actor=request.actor)
            except InputRefused as error:
                form.refuse(error, field="file")
    shown = {"section": "people", "form": form, "loaded": loaded}
    return render(request, "portal/people_load.html", shown, status=_status(form))


def _sheet(name: str, actor: Actor) -> PersonSheet:
    person = people.find_person(name, actor=actor)
    return person_sheet(person, standing_of(person, actor=actor))


def _only(sheet: PersonSheet, request: PageRequest) -> str:
    """Return in words the roles that nobody else has."""
    words = (translate(ROLES[Role(role)], request.language) for role in sheet.only_one_for)
    return clauses(words, request.language)


def _recorded(sheet: PersonSheet) -> dict[str, object]:
    person = sheet.person
    return {
        "full_name": person.full_name,
        "institution": person.institution or _OPERATOR,
        "roles": person.roles,
        "mail_language": person.language,
        "email": person.email,
        "phone": person.phone,
        "mails": person.mails,
        "seen": sheet.mark,
    }


def _homes(institutions: Iterable[Institution], language: str) -> list[tuple[str, str]]:
    named = sorted((name_in(one.names, language), one.cbe) for one in institutions)
    return [(_OPERATOR, translate(_OPERATOR_NAME, language)), *((cbe, f"{name} ({cbe})") for name, cbe in named)]


def _home_of(chosen: str) -> str:
    return "" if chosen == _OPERATOR else chosen


def _status(form: PageForm) -> int:
    return 422 if form.wrong else 200
