"""The audit: searching and verifying it, a head to keep elsewhere, the dossier of a broadcast, and verifying one."""

from __future__ import annotations

import tempfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

from django import forms
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eboxcast.audit.anchoring import Kept, hand_out_head, read_anchor
from eboxcast.audit.dossier_verification import DossierVerification, verify_dossier
from eboxcast.audit.dossier_verification import Wrong as WrongDossier
from eboxcast.audit.models import Entry
from eboxcast.audit.pseudonyms import search_person
from eboxcast.audit.selectors import SealedEntry, Wanted, dossier_given, read_entries
from eboxcast.audit.signing_keys import is_ours
from eboxcast.audit.verification import Wrong, foresee_verification, verify
from eboxcast.broadcasts.errors import BroadcastNotFound
from eboxcast.broadcasts.lookup import find_broadcast, numbers_of
from eboxcast.lib import clock
from eboxcast.lib.formatting import grouped, size
from eboxcast.lib.free_text import TextUnfit
from eboxcast.lib.identifiers import read_either
from eboxcast.lib.policy import authorize
from eboxcast.lib.translation import N_, translate
from eboxcast.operations.dossier import hand_out_dossier
from eboxcast.presenters.audit import audit_head, audit_page, audit_verdict
from eboxcast.presenters.audit_words import SENTENCES, SUBJECTS, WRONG
from eboxcast.presenters.broadcast_records import history_of
from eboxcast.presenters.broadcasts import broadcast_answer
from eboxcast.presenters.dossier import DOSSIER_WRONG, dossier_verdict
from eboxcast.presenters.json import json_text
from eboxcast.presenters.schemas.audit import AuditFault, AuditPage, DossierFault
from eboxcast.web.forms import PageForm
from eboxcast.web.requests import PageRequest
from eboxcast.web.uploads import OnDisk, Taking, refuse_cut, takes_files
from eboxcast.web.visitors import signed_in

SECTION = "audit"
MOST_SEALS = 250_000
"""As many are verified while somebody waits for a page: a quarter of a minute; beyond, the command does it."""
_SECONDS_A_SEAL = 0.00006
_A_PAGE = 50
_MOST_OF_A_DOSSIER = 64 << 20
_MOST_UNPACKED = 256 << 20
"""Larger ones are left to the command too."""
_NOTHING = Wanted(before=0)
_NUMBER = N_("This is not a national number or an enterprise number. Check the digits.")
_ANCHOR = N_("This is not a head: a number, a colon, and 64 characters from 0 to 9 and a to f.")
_DOSSIER_TOO_LARGE = N_("{name} is too large for a page: at most {size}. Use the command.")
_NO_BROADCAST = N_("There is no broadcast with this number.")


class SearchForm(PageForm):
    """Which entries are asked for."""

    broadcast = forms.CharField(label=N_("Broadcast"), max_length=20, required=False)
    by = forms.CharField(label=N_("Person who acted"), max_length=150, required=False)
    action = forms.ChoiceField(
        label=N_("What happened"),
        choices=[("", N_("Everything")), *SUBJECTS.items(), *SENTENCES.items()],
        required=False,
    )
    since = forms.DateField(label=N_("First day"), required=False)
    until = forms.DateField(label=N_("Last day"), required=False)
    before = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)


@require_safe
@signed_in
def search(request: PageRequest) -> HttpResponse:
    """Show entries, the newest first, by what is asked for."""
    form = SearchForm(request.GET, language=request.language)
    entries = read_entries(_wanted(form, request) or _NOTHING, _A_PAGE + 1, actor=request.actor)
    shown = {
        "section": SECTION,
        "form": form,
        "page": _page(entries, request.language),
        "asked": form.cleaned_data if form.is_valid() else {},
        "person_form": PersonForm(language=request.language),
        "older": _older(request.GET),
    }
    return render(request, "portal/audit.html", shown, status=422 if form.wrong else 200)


def _wanted(form: SearchForm, request: PageRequest) -> Wanted | None:
    """Return what is asked for; None, and beside the field why, where that makes no sense."""
    if not form.is_valid():
        return None
    given = form.cleaned_data
    about = None
    if given["broadcast"]:
        try:
            about = find_broadcast(given["broadcast"], actor=request.actor).id
        except BroadcastNotFound:
            form.add_error("broadcast", translate(_NO_BROADCAST, request.language))
            return None
    return Wanted(
        broadcast=about,
        by=given["by"].strip(),
        action=given["action"],
        since=_midnight(given["since"]) if given["since"] else None,
        until=_midnight(given["until"] + timedelta(days=1)) if given["until"] else None,
        before=given["before"],
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.BRUSSELS)


def _page(entries: list[SealedEntry], language: str) -> AuditPage:
    about = numbers_of({one.broadcast for one in entries if one.broadcast})
    return audit_page(entries[-_A_PAGE:], about, language, more=len(entries) > _A_PAGE)


def _older(asked: QueryDict) -> str:
    """Return what is asked for, as the link to older entries repeats it."""
    kept = asked.copy()
    kept.pop("before", None)
    return kept.urlencode()


class PersonForm(PageForm):
    """About whom entries are searched. The number is never shown again, and never stands in an address."""

    national_number = forms.CharField(
        label=N_("National number or enterprise number"),
        help_text=N_("The audit records that you searched, and for whom by a pseudonym."),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )


@sensitive_post_parameters("national_number")
@require_POST
@signed_in
def find_person(request: PageRequest) -> HttpResponse:
    """Show the entries about a person, such as who looked into their eBox in acceptance."""
    form = PersonForm(request.POST, language=request.language)
    key = read_either(form.cleaned_data["national_number"], today=clock.today()) if form.is_valid() else None
    people = search_person(key, actor=request.actor) if key is not None else []
    if form.is_valid() and key is None:
        form.add_error("national_number", translate(_NUMBER, request.language))
    entries = read_entries(Wanted(people=people), _A_PAGE + 1, actor=request.actor)
    # What was typed is not shown again, right or wrong.
    form.data = QueryDict()
    shown = {"section": SECTION, "form": form, "page": _page(entries, request.language), "searched": key is not None}
    return render(request, "portal/audit_person.html", shown, status=422 if form.wrong else 200)


class AnchorsForm(PageForm):
    """Heads that were kept elsewhere."""

    anchors = forms.CharField(
        label=N_("Heads you kept elsewhere (optional)"),
        help_text=N_(
            "One on each line, as printed in a certificate or an email: NUMBER:DIGEST. "
            "They prove that the audit was not rebuilt."
        ),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )

    def kept(self) -> list[Kept]:
        """Return the heads; what is none is said beside the field."""
        found = {line: read_anchor(line) for line in self.cleaned_data["anchors"].split()}
        if None in found.values():
            self.add_error("anchors", translate(_ANCHOR, self.language))
        return [one for one in found.values() if one]


@require_http_methods(["GET", "POST"])
@signed_in
def verify_all(request: PageRequest) -> HttpResponse:
    """Recalculate the whole audit and show what was found and what was checked."""
    seals = foresee_verification(actor=request.actor)
    form = AnchorsForm(request.POST if request.method == "POST" else None, language=request.language)
    found = None
    if seals <= MOST_SEALS and form.is_valid():
        anchors = form.kept()
        if not form.wrong:
            found = audit_verdict(verify(anchors, actor=request.actor))
    shown = {
        "section": SECTION,
        "form": form,
        "seals": seals,
        "too_many": seals > MOST_SEALS,
        "seconds": max(1, round(seals * _SECONDS_A_SEAL)),
        "found": found,
        "faults": [_fault(one, request.language) for one in found.faults] if found else [],
        "last": int(found.head.partition(":")[0]) if found and found.head else 0,
        "head_form": HeadForm(language=request.language),
        "moment": clock.now(),
    }
    return render(request, "portal/audit_verify.html", shown, status=422 if form.wrong else 200)


def _fault(fault: AuditFault, language: str) -> str:
    data = {"number": grouped(fault.number, language), "entry": fault.entry or 0}
    return translate(WRONG[Wrong(fault.wrong)], language, data)


class HeadForm(PageForm):
    """For whom a head is."""

    to = forms.CharField(
        label=N_("For whom (optional)"), help_text=N_("It is recorded in the audit."), max_length=150, required=False
    )


@require_http_methods(["POST"])
@signed_in
def take_head(request: PageRequest) -> HttpResponse:
    """Give the head of the audit, to be kept elsewhere."""
    form = HeadForm(request.POST, language=request.language)
    head = None
    if form.is_valid():
        try:
            head = hand_out_head(form.cleaned_data["to"], actor=request.actor)
        except TextUnfit as error:
            form.refuse(error, field="to")
    shown = {"section": SECTION, "form": form, "head": audit_head(head) if head else None}
    return render(request, "portal/audit_head.html", shown, status=422 if form.wrong else 200)


@require_POST
@signed_in
def take_dossier(request: PageRequest, broadcast: str) -> StreamingHttpResponse:
    """Give everything recorded about a broadcast as one file; the audit keeps who took it."""
    found = find_broadcast(broadcast, actor=request.actor)
    sheet = broadcast_answer(found, request.language, history_of(found))
    given = hand_out_dossier(found, sheet=sheet, written=json_text, actor=request.actor)
    answer = StreamingHttpResponse(given.blocks(), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="dossier-{found.number}.zip"'
    answer["Cache-Control"] = "private, no-store"
    return answer


class DossierForm(AnchorsForm):
    """A dossier that somebody has, and heads that were kept elsewhere."""

    dossier = forms.FileField(label=N_("Dossier"), widget=forms.FileInput(attrs={"accept": ".zip"}))
    field_order = ("dossier", "anchors")


def _taking(request: PageRequest) -> Taking:
    authorize(request.actor, "audit.verify")
    # What is larger than a dossier may be is skipped as it comes, and said beside the field.
    limits = {"dossier": _MOST_OF_A_DOSSIER}
    return Taking(folder=Path(tempfile.gettempdir()), limits=limits, most=4 * _MOST_OF_A_DOSSIER)


@takes_files(_taking)
@require_http_methods(["GET", "POST"])
@signed_in
def verify_taken(request: PageRequest) -> HttpResponse:
    """Show what holds of a dossier that somebody has, and what does not; the file is kept nowhere."""
    authorize(request.actor, "audit.verify")
    form = DossierForm(language=request.language)
    if request.method == "POST":
        refuse_cut(request)
        form = DossierForm(request.POST, request.FILES, language=request.language)
    for skipped in request.taking.too_large if form.is_bound else ():
        data = {"name": skipped.name, "size": size(skipped.limit, request.language)}
        form.errors["dossier"] = form.error_class([translate(_DOSSIER_TOO_LARGE, request.language, data)])
    found = _verified(form, request) if form.is_valid() else None
    shown = {
        "section": SECTION,
        "form": form,
        "found": dossier_verdict(found) if found else None,
        "too_large": found is not None and [one.wrong for one in found.faults] == [WrongDossier.TOO_LARGE],
        "faults": [_dossier_fault(one, request.language) for one in dossier_verdict(found).faults] if found else [],
        "given": _given(found.broadcast, found.manifest, request) if found else None,
        "moment": clock.now(),
    }
    return render(request, "portal/audit_dossier.html", shown, status=422 if form.wrong else 200)


def _verified(form: DossierForm, request: PageRequest) -> DossierVerification | None:
    anchors = [(one.number, one.digest) for one in form.kept()]
    if form.wrong:
        return None
    file: OnDisk = form.cleaned_data["dossier"]
    return verify_dossier(
        file.path,
        anchors,
        counts=is_ours,
        is_recorded=lambda broadcast, manifest: _given(broadcast, manifest, request) is not None,
        name=file.name or "",
        most_bytes=_MOST_UNPACKED,
    )


def _given(number: str, manifest: str, request: PageRequest) -> Entry | None:
    """Return the entry of the audit that this very dossier was given, where it was given on this installation."""
    try:
        broadcast = find_broadcast(number, actor=request.actor)
    except BroadcastNotFound:
        return None
    return dossier_given(broadcast.id, manifest=manifest)


def _dossier_fault(fault: DossierFault, language: str) -> str:
    return translate(DOSSIER_WRONG[WrongDossier(fault.wrong)], language, {"place": fault.place})
