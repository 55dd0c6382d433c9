"""The test in acceptance: looking into the eBoxes of the short list, what was found there, and what follows from it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eboxcast.broadcasts import acceptance
from eboxcast.broadcasts.acceptance import Basis, Seen
from eboxcast.broadcasts.errors import CorrectionUnexplained
from eboxcast.broadcasts.lookup import find_broadcast
from eboxcast.broadcasts.models import Broadcast, Check, SeenIn
from eboxcast.broadcasts.states import Action
from eboxcast.broadcasts.steps import authorize_action, obstacle_to
from eboxcast.delivery.broadcasts.acceptance_tests import (
    document_shown,
    judge_what_was_shown,
    look,
    looked_into,
    run_test,
)
from eboxcast.lib.errors import EboxcastError, InputRefused, NotAllowedNow, WrongUse
from eboxcast.lib.free_text import MOST_CHARACTERS
from eboxcast.lib.policy import permits
from eboxcast.lib.translation import N_, translate
from eboxcast.portal.navigation import head_of
from eboxcast.presenters.acceptance_tests import acceptance_test_shown
from eboxcast.presenters.recipient_pages import recipient_message
from eboxcast.presenters.schemas.acceptance_test import AcceptanceTestShown, CheckShown, TestedRecipient
from eboxcast.web.documents import FRAMES, PDF, SHOWN_BY_BROWSERS, with_document_headers
from eboxcast.web.errors import status_of
from eboxcast.web.forms import PageForm
from eboxcast.web.requests import PageRequest
from eboxcast.web.visitors import signed_in

_RESULT = re.compile(r"result-(\d{1,4})-([a-z]+)", re.ASCII)
_RESULTS = {"passed": True, "failed": False}
ALL_PASSED = "all-passed"
"""The button that says of all checks in an eBox that they are as expected."""


class BasisForm(PageForm):
    """What the page had shown, so that nobody decides about what they did not see."""

    run = forms.UUIDField(widget=forms.HiddenInput)
    last = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    @property
    def basis(self) -> Basis:
        """Return it."""
        return Basis(run=self.cleaned_data["run"], last=self.cleaned_data["last"])


class ResultsForm(BasisForm):
    """What was found, check by check."""

    seen_in = forms.ChoiceField(
        label=N_("Where you saw it"),
        choices=[("", ""), (SeenIn.EBOX, N_("in the eBox itself")), (SeenIn.PROOF, N_("in the proof"))],
    )

    def __init__(self, *args: Any, own_eboxes: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen: tuple[Seen, ...] = ()
        if own_eboxes:
            del self.fields["seen_in"]

    def clean(self) -> None:
        """Read the results, whatever checks they are of."""
        self.seen = tuple(self._seen())
        if not self.seen:
            self.add_error(None, translate(N_("Choose a result for at least one check."), self.language))

    def _seen(self) -> Iterator[Seen]:
        everything = re.fullmatch(r"\d{1,4}", self.data.get(ALL_PASSED, ""), re.ASCII)
        said = {f"result-{everything[0]}-{check}": "passed" for check in Check} if everything else self.data.items()
        for name, value in dict(said).items():
            asked = _RESULT.fullmatch(name)
            if asked and asked[2] in Check.values and value in _RESULTS:
                remark = self.data.get(f"remark-{asked[1]}-{asked[2]}", "").strip()
                yield Seen(recipient=int(asked[1]), check=Check(asked[2]), passed=_RESULTS[value], remark=remark)

    def refuse_results(self, error: EboxcastError) -> None:
        """Say why the results were refused, and how a correction is made."""
        self.refuse(error)
        if isinstance(error, CorrectionUnexplained):
            self.add_error(None, translate(N_("To correct it, write in the remark why it passes now."), self.language))


class RejectForm(BasisForm):
    """Why the test is rejected."""

    reason = forms.CharField(
        label=N_("What is wrong"),
        help_text=N_("One line that does not identify any citizen. Everyone who works on the broadcast sees it."),
        max_length=MOST_CHARACTERS,
    )


class TestersForm(PageForm):
    """Who else looks at the test."""

    names = forms.CharField(
        label=N_("Testers besides the requesters"),
        help_text=N_("Their logins, separated by commas. Leave it empty for none."),
        max_length=1000,
        required=False,
    )


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One check in a table or a form: what counts, and what its reader chooses."""

    shown: CheckShown
    name: str
    """The end of the names of its fields."""
    mine: bool
    """Whether what counts is what its reader said."""
    chosen: str
    remark: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """The checks of one eBox."""

    shown: TestedRecipient
    open: bool
    """Whether its reader can say something about it."""
    cells: tuple[Cell, ...]


@require_http_methods(["GET", "POST"])
@signed_in
def show(request: PageRequest, broadcast: str) -> HttpResponse:
    """Show the test with everything that was found, and take what its reader found."""
    found = find_broadcast(broadcast, actor=request.actor)
    test = _test(request, found)
    form = _results_form(request, test)
    status = 200
    if form.is_bound:
        status = _take_results(request, found, test, form)
        if status == 200:
            return _to(found)
        test = _test(request, found)
    return render(request, "portal/test.html", _shown(request, found, test, form), status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def show_ebox(request: PageRequest, broadcast: str, place: int) -> HttpResponse:
    """Show what the eBox of one recipient shows, which is on record from then on; and take what its reader found."""
    found = find_broadcast(broadcast, actor=request.actor)
    test = _test(request, found)
    form = _results_form(request, test)
    status = 200
    if form.is_bound:
        status = _take_results(request, found, test, form)
        if status == 200:
            after = place + 1
            return redirect("test-ebox", found.number, after) if after <= len(test.recipients) else _to(found)
    (seen,) = look(found, actor=request.actor, place=place)
    test = _test(request, found)
    only = replace(test, recipients=test.recipients[place - 1 : place])
    everything = _shown(request, found, only, form)
    shown = {
        **everything,
        "place": place,
        "row": everything["rows"][0],
        "message": recipient_message(seen.letter, seen.letter.language) if seen.letter else None,
        "framed": seen.letter is not None and seen.letter.media_type == PDF,
    }
    response = render(request, "portal/test_ebox.html", shown, status=status)
    response["Content-Security-Policy"] = FRAMES
    return response


@require_safe
@signed_in
def show_document(request: PageRequest, broadcast: str, place: int) -> HttpResponse:
    """Answer the document as that eBox gives it."""
    found = find_broadcast(broadcast, actor=request.actor)
    document = document_shown(found, place=place, actor=request.actor)
    kind = SHOWN_BY_BROWSERS.get(document.media_type, "application/octet-stream")
    response = HttpResponse(document.content, content_type=kind)
    return with_document_headers(response, file_name=document.file_name, media_type=document.media_type)


@require_POST
@signed_in
def run(request: PageRequest, broadcast: str) -> HttpResponse:
    """Publish the files to the short list."""
    found = find_broadcast(broadcast, actor=request.actor)
    run_test(found, actor=request.actor)
    return _to(found)


@require_http_methods(["GET", "POST"])
@signed_in
def approve(request: PageRequest, broadcast: str) -> HttpResponse:
    """Say what approving means, and approve."""
    found = find_broadcast(broadcast, actor=request.actor)
    authorize_action(request.actor, Action.APPROVE)
    form = BasisForm(request.POST or None, language=request.language)
    if form.is_valid():
        acceptance.approve(found, actor=request.actor, basis=form.basis)
        return _to(found)
    return _decision_page(request, found, "portal/approve.html", form, Action.APPROVE)


@require_http_methods(["GET", "POST"])
@signed_in
def reject(request: PageRequest, broadcast: str) -> HttpResponse:
    """Say what rejecting means, and reject."""
    found = find_broadcast(broadcast, actor=request.actor)
    authorize_action(request.actor, Action.REJECT)
    form = RejectForm(request.POST or None, language=request.language)
    if form.is_valid():
        try:
            acceptance.reject(found, actor=request.actor, reason=form.cleaned_data["reason"], basis=form.basis)
        except (InputRefused, WrongUse) as error:
            form.refuse(error, field="reason")
        else:
            return _to(found)
    return _decision_page(request, found, "portal/reject.html", form, Action.REJECT)


@require_http_methods(["GET", "POST"])
@signed_in
def name_testers(request: PageRequest, broadcast: str) -> HttpResponse:
    """Say who looks at the test besides the requesters."""
    found = find_broadcast(broadcast, actor=request.actor)
    authorize_action(request.actor, Action.NAME_TESTERS)
    form = TestersForm(request.POST or None, language=request.language, initial={"names": ", ".join(found.testers)})
    if form.is_valid():
        names = [name for name in re.split(r"[,;\s]+", form.cleaned_data["names"]) if name]
        try:
            acceptance.name_testers(found, actor=request.actor, names=names)
        except (InputRefused, WrongUse) as error:
            form.refuse(error, field="names")
        else:
            return _to(found)
    shown = {"section": "broadcasts", "head": head_of(found, request.actor), "form": form}
    return render(request, "portal/testers.html", shown, status=422 if form.wrong else 200)


def _to(broadcast: Broadcast) -> HttpResponse:
    return redirect("test", broadcast.number)


def _test(request: PageRequest, found: Broadcast) -> AcceptanceTestShown:
    return acceptance_test_shown(found, looked=looked_into(found, actor=request.actor))


def _decision_page(
    request: PageRequest, found: Broadcast, template: str, form: BasisForm, action: Action
) -> HttpResponse:
    obstacle = obstacle_to(found, action, actor=request.actor)
    if obstacle is not None:
        raise obstacle
    test = acceptance_test_shown(found)
    shown = {"section": "broadcasts", "head": head_of(found, request.actor), "test": test, "form": form}
    return render(request, template, shown, status=422 if form.wrong else 200)


def _results_form(request: PageRequest, test: AcceptanceTestShown) -> ResultsForm:
    return ResultsForm(request.POST or None, language=request.language, own_eboxes=test.own_eboxes)


def _take_results(request: PageRequest, found: Broadcast, test: AcceptanceTestShown, form: ResultsForm) -> int:
    """Record what somebody found; return the status of the answer. What they typed is kept where it was refused."""
    if not form.is_valid():
        return 422
    try:
        if test.own_eboxes:
            judge_what_was_shown(found, actor=request.actor, seen=form.seen, basis=form.basis)
        else:
            seen_in = SeenIn(form.cleaned_data["seen_in"])
            acceptance.judge(found, actor=request.actor, seen=form.seen, seen_in=seen_in, basis=form.basis)
    except (InputRefused, WrongUse) as error:
        form.refuse_results(error)
        return 422
    except NotAllowedNow as error:
        if status_of(error) != 409 or obstacle_to(found, Action.JUDGE, actor=request.actor) is not None:
            raise
        form.refuse(error)
        return 409
    return 200


def _shown(request: PageRequest, found: Broadcast, test: AcceptanceTestShown, form: ResultsForm) -> dict[str, Any]:
    actor = request.actor
    can = {action.name.lower(): obstacle_to(found, action, actor=actor) is None for action in _OFFERED}
    return {
        "section": "broadcasts",
        "head": head_of(found, actor),
        "test": test,
        "form": form,
        "rows": _rows(request, test, form, may=can["judge"]),
        "checks": list(Check),
        "can": can,
        "looks": test.own_eboxes and test.tested_at is not None and permits(actor, "broadcast.look"),
    }


_OFFERED = (Action.TEST, Action.JUDGE, Action.APPROVE, Action.REJECT, Action.NAME_TESTERS)


def _rows(request: PageRequest, test: AcceptanceTestShown, form: ResultsForm, *, may: bool) -> Sequence[Row]:
    return [
        Row(
            shown=one,
            open=may and (one.looked or not test.own_eboxes),
            cells=tuple(_cell(request, one.recipient, check, form) for check in one.checks),
        )
        for one in test.recipients
    ]


def _cell(request: PageRequest, place: int, shown: CheckShown, form: ResultsForm) -> Cell:
    """Return a check with what was typed, or with what its reader said of it before: not with what others said."""
    name = f"{place}-{shown.check}"
    mine = shown.verdict if shown.verdict and shown.verdict.by == request.actor.name else None
    before = ("passed" if mine.passed else "failed") if mine else ""
    return Cell(
        shown=shown,
        name=name,
        mine=mine is not None,
        chosen=form.data.get(f"result-{name}", "") if form.is_bound else before,
        remark=form.data.get(f"remark-{name}", "") if form.is_bound else (mine.remark if mine else ""),
    )
