"""The files of a broadcast: handing them in, the answer to them, what was handed in before, and withdrawing them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.forms import BoundField
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eboxcast.broadcasts.errors import ChangedMeanwhile
from eboxcast.broadcasts.lookup import find_broadcast
from eboxcast.broadcasts.models import Broadcast
from eboxcast.broadcasts.states import Action
from eboxcast.broadcasts.steps import authorize_action, mark_of, obstacle_to
from eboxcast.delivery.broadcasts.files import take_back, to_take_back
from eboxcast.delivery.broadcasts.handing_in import (
    Allowed,
    allowed_for,
    deliverable,
    example_metadata,
    find_handed_in,
    hand_in,
    handed_in_of,
    put_aside,
)
from eboxcast.delivery.broadcasts.kept_files import Arrived, FilesNotKept, HandedIn, Kind, Order, new_handle, root
from eboxcast.delivery.broadcasts.message_preview import prepared_for
from eboxcast.delivery.broadcasts.runs import ACCEPTANCE
from eboxcast.lib import formatting
from eboxcast.lib.actors import NotYourRole
from eboxcast.lib.errors import InputRefused
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.policy import permits
from eboxcast.lib.telling import sentence_in
from eboxcast.lib.translation import N_, translate
from eboxcast.package.model import Choice, Duplicates, FaultyRows, Policies
from eboxcast.portal.navigation import head_of
from eboxcast.presenters.deliveries import (
    consequences_of,
    consequences_of_withdrawing,
    delivered_before,
    files_handed_in,
)
from eboxcast.reports.handing_out import hand_out_rejected_rows_of_files
from eboxcast.reports.states import ENVIRONMENTS
from eboxcast.web.documents import with_document_headers
from eboxcast.web.forms import PageForm, options
from eboxcast.web.requests import PageRequest
from eboxcast.web.uploads import LAST, OnDisk, Taking, refuse_cut, takes_files
from eboxcast.web.visitors import signed_in

_DUPLICATES = {
    Duplicates.MERGE: N_("Count each recipient once"),
    Duplicates.BLOCK: N_("Refuse the files"),
}
_FAULTY_ROWS = {
    FaultyRows.BLOCK: N_("Refuse the files"),
    FaultyRows.EXCLUDE: N_("Leave out the faulty rows"),
}
_TOO_LARGE = N_("{name} is too large: at most {size} can be sent.")
_DOCUMENT = N_("One file ({kinds}), at most {size}. Its name must be the one in the metadata.")
_METADATA = N_("One XML file, at most {size}.")
_SHORT_LIST = N_("The short list for the test: at most {rows} recipients, as CSV, XLSX or ODS.")
_LISTS = N_("CSV, XLSX or ODS, at most {rows} recipients in each. You can choose several files.")
_KINDS = {"application/pdf": "PDF", "text/plain": "TXT"}
_HANDLE = r"\A[0-9a-f]{32}\Z"
_LONGEST_CHOICE = 200
"""Characters of the name of a sheet or a column."""


class ManyFiles(forms.FileInput):
    """A field for more than one file."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[OnDisk]:
        """Return all files of the field."""
        found: list[OnDisk] = files.getlist(name) if files else []
        return found


class FilesField(forms.FileField):
    """One file or more; what arrived is looked at when all of it is checked."""

    def clean(self, data: Any, initial: Any = None) -> list[OnDisk]:
        """Return the files. An empty one is said with all other faults."""
        found = data if isinstance(data, list) else [data] if data else []
        if not found and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return found


class FilesForm(PageForm):
    """The three kinds of files, and the sender's choices."""

    handle = forms.RegexField(_HANDLE)
    environment = forms.ChoiceField(choices=list(ENVIRONMENTS.items()))
    kept = forms.RegexField(_HANDLE, required=False)
    document = FilesField(label=N_("Document"))
    metadata = FilesField(label=N_("Metadata"), widget=forms.FileInput(attrs={"accept": ".xml"}))
    recipients = FilesField(
        label=N_("Recipient lists"), widget=ManyFiles(attrs={"accept": ".csv,.xlsx,.ods", "multiple": True})
    )
    duplicates = forms.ChoiceField(
        label=N_("If a recipient is listed more than once"), choices=options(_DUPLICATES), required=False
    )
    faulty_rows = forms.ChoiceField(label=N_("If rows are faulty"), choices=options(_FAULTY_ROWS), required=False)
    sheet = forms.CharField(label=N_("Sheet"), max_length=_LONGEST_CHOICE, required=False)
    column = forms.CharField(label=N_("Column"), max_length=_LONGEST_CHOICE, required=False)
    confirmed = forms.BooleanField(required=False)
    split = forms.BooleanField(required=False)
    seen = forms.CharField(max_length=_LONGEST_CHOICE, required=False)

    def __init__(self, *args: Any, keeps: HandedIn | None = None, environment: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = {one.kind for one in keeps.usable_for(environment)} if keeps else set()
        for kind in Kind:
            self.fields[kind].required = kind not in kept

    def order(self, keeps: HandedIn | None) -> Order:
        """Return what is handed in, as far as it is valid."""
        given = self.cleaned_data
        return Order(
            handle=given["handle"],
            environment=given["environment"],
            arrived=tuple(
                Arrived(kind=kind, name=file.name or "", path=file.path)
                for kind in Kind
                for file in given.get(kind) or ()
            ),
            kept=keeps.handle if keeps else "",
            policies=Policies(
                duplicates=Duplicates(given.get("duplicates") or Duplicates.MERGE),
                faulty_rows=FaultyRows(given.get("faulty_rows") or FaultyRows.BLOCK),
                choice=Choice(sheet=given.get("sheet") or None, column=given.get("column") or None),
            ),
            confirmed=given["confirmed"],
            split=given["split"],
            seen=given.get("seen", ""),
        )


@dataclass(frozen=True, kw_only=True)
class FileField:
    """A field of the form, with what is kept for it."""

    field: BoundField
    help: str
    kept: tuple[str, ...]
    most: int
    """Bytes of a file, for the script that looks before anything is sent."""


def _taking(request: PageRequest, broadcast: str) -> Taking:
    found = find_broadcast(broadcast, actor=request.actor)
    authorize_action(request.actor, Action.DELIVER_ACCEPTANCE)  # the same roles deliver for production
    allowed = allowed_for(found)
    limits = {str(kind): getattr(allowed, kind) for kind in Kind}
    return Taking(folder=root(), limits=limits, most=allowed.together)


@takes_files(_taking)
@require_http_methods(["GET", "POST"])
@signed_in
def show(request: PageRequest, broadcast: str) -> HttpResponse:
    """Show the form with what was delivered before, and receive files."""
    found = find_broadcast(broadcast, actor=request.actor)
    if request.method == "POST":
        return _receive(request, found)
    return _page(request, found, asked=request.GET.get("environment", ""))


def _receive(request: PageRequest, broadcast: Broadcast) -> HttpResponse:
    refuse_cut(request)
    environment = request.POST.get("environment", "")
    keeps = next((one for one in _kept(request, broadcast) if one.handle == request.POST.get("kept")), None)
    form = FilesForm(request.POST, request.FILES, keeps=keeps, environment=environment, language=request.language)
    for one in request.taking.too_large:
        form.fields[one.field].required = False  # it was chosen
    for one in request.taking.too_large:
        size = formatting.size(one.limit, request.language)
        form.add_error(
            one.field, translate(_TOO_LARGE, request.language, {"name": mask_and_strip(one.name), "size": size})
        )
    if form.is_valid():
        try:
            handed_in = hand_in(broadcast, form.order(keeps), actor=request.actor)
        except ChangedMeanwhile as error:
            form.refuse(error)
            return _page(request, broadcast, asked=environment, form=form, status=409)
        except (InputRefused, FilesNotKept) as refusal:
            form.refuse(refusal)
        else:
            return redirect("files-answer", broadcast=broadcast.number, handle=handed_in.handle)
    elif not {"handle", "environment"} & form.errors.keys():
        put_aside(broadcast, form.order(keeps), actor=request.actor)
    return _page(request, broadcast, asked=environment, form=form, status=422)


def _page(
    request: PageRequest, broadcast: Broadcast, *, asked: str, form: FilesForm | None = None, status: int = 200
) -> HttpResponse:
    possible = deliverable(broadcast, actor=request.actor)
    environment = asked if asked in possible else next(iter(possible), "")
    allowed, kept = allowed_for(broadcast), _kept(request, broadcast)
    keeps = next((one for one in kept if environment and one.usable_for(environment)), None)
    form = form or FilesForm(keeps=keeps, environment=environment, language=request.language)
    shown = {
        "section": "broadcasts",
        "head": head_of(broadcast, request.actor),
        "form": form,
        "fields": _fields(form, allowed, keeps, environment),
        "together": allowed.together,
        "together_mb": allowed.together >> 20,
        "environment": environment,
        "others": [one for one in possible if one != environment],
        "handle": new_handle(),
        "seen": mark_of(broadcast),
        "keeps": keeps,
        "last_field": LAST,
        "consequences": consequences_of(broadcast, environment, request.language) if environment else (),
        "refusal": "" if possible else _why_not(request, broadcast),
        "deliveries": delivered_before(broadcast, kept, request.language),
        "may_preview": bool(prepared_for(broadcast)),
        "may_withdraw": obstacle_to(broadcast, Action.WITHDRAW_FILES, actor=request.actor) is None,
    }
    return render(request, "portal/files.html", shown, status=status)


def _kept(request: PageRequest, broadcast: Broadcast) -> list[HandedIn]:
    if not permits(request.actor, "broadcast.see_files"):
        return []
    return handed_in_of(broadcast, actor=request.actor)


def _fields(form: FilesForm, allowed: Allowed, keeps: HandedIn | None, environment: str) -> list[FileField]:
    language = form.language
    kinds = ", ".join(_KINDS.get(one, one) for one in allowed.media_types)
    rows = formatting.grouped(allowed.short_list if environment == ACCEPTANCE else allowed.rows, language)
    helps = {
        Kind.DOCUMENT: (_DOCUMENT, {"kinds": kinds, "size": formatting.size(allowed.document, language)}),
        Kind.METADATA: (_METADATA, {"size": formatting.size(allowed.metadata, language)}),
        Kind.RECIPIENTS: (_SHORT_LIST if environment == ACCEPTANCE else _LISTS, {"rows": rows}),
    }
    usable = keeps.usable_for(environment) if keeps else ()
    return [
        FileField(
            field=form[kind],
            help=translate(sentence, language, data),
            kept=tuple(mask_and_strip(one.name) for one in usable if one.kind == kind),
            most=getattr(allowed, kind),
        )
        for kind, (sentence, data) in helps.items()
    ]


def _why_not(request: PageRequest, broadcast: Broadcast) -> str:
    """Return why no files can be delivered now; nothing to people who never deliver any."""
    refusal = obstacle_to(broadcast, Action.DELIVER_ACCEPTANCE, actor=request.actor)
    return "" if refusal is None or isinstance(refusal, NotYourRole) else sentence_in(refusal, request.language)


@require_GET
@signed_in
def show_answer(request: PageRequest, broadcast: str, handle: str) -> HttpResponse:
    """Show what came of a delivery, and what can be done."""
    found = find_broadcast(broadcast, actor=request.actor)
    handed_in = find_handed_in(found, handle, actor=request.actor)
    shown = {
        "section": "broadcasts",
        "head": head_of(found, request.actor),
        "files": files_handed_in(handed_in, request.language),
        "policies": handed_in.policies,
        "may_deliver": handed_in.is_whole and handed_in.environment in deliverable(found, actor=request.actor),
        "may_fetch": permits(request.actor, "report.rejected_rows"),
        "consequences": consequences_of(found, handed_in.environment, request.language),
        "new_handle": new_handle,
        "seen": mark_of(found),
        "last_field": LAST,
    }
    return render(request, "portal/files_answer.html", shown)


@require_GET
@signed_in
def show_example(request: PageRequest, broadcast: str) -> HttpResponse:
    """Hand out metadata for a broadcast, with a comment on each element."""
    found = find_broadcast(broadcast, actor=request.actor)
    return _to_keep(example_metadata(found), name=f"metadata-{found.number}.xml", media_type="application/xml")


@require_POST
@signed_in
def fetch_rejected(request: PageRequest, broadcast: str, handle: str) -> HttpResponse:
    """Hand out the rejected rows of a list."""
    found = find_broadcast(broadcast, actor=request.actor)
    number = request.POST.get("list", "")
    rejected = hand_out_rejected_rows_of_files(
        found,
        handle,
        number=int(number) if number.isascii() and number.isdigit() and len(number) < _LONGEST_NUMBER else 0,
        language=request.language,
        actor=request.actor,
    )
    name = f"{rejected.file_name.rsplit('.', 1)[0]}-{translate(_REJECTED, request.language)}.csv"
    return _to_keep(b"".join(rejected.content), name=name, media_type="text/csv")


def _to_keep(content: bytes | str, *, name: str, media_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    return with_document_headers(response, file_name=name, media_type=media_type, keep=True)


_LONGEST_NUMBER = 6
_REJECTED = N_("rejected rows")


@require_http_methods(["GET", "POST"])
@signed_in
def withdraw(request: PageRequest, broadcast: str) -> HttpResponse:
    """Withdraw the files delivered last, once what follows has been read."""
    found = find_broadcast(broadcast, actor=request.actor)
    if request.method == "POST":
        take_back(found, actor=request.actor, run=_run_meant(request.POST.get("run", "")))
        return redirect("files", broadcast=found.number)
    shown = {
        "section": "broadcasts",
        "head": head_of(found, request.actor),
        "last": to_take_back(found, actor=request.actor),
        "consequences": consequences_of_withdrawing(found, request.language),
    }
    return render(request, "portal/withdraw_files.html", shown)


def _run_meant(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
