"""What became of a broadcast: its account and its readings, and what is given out once it is published."""

from __future__ import annotations

from datetime import timedelta
from itertools import accumulate, chain
from pathlib import Path
from typing import TypeVar

from django import forms
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eboxcast.audit.signing_keys import is_set_up
from eboxcast.broadcasts.lookup import broadcast_of_run, find_broadcast
from eboxcast.broadcasts.models import Broadcast
from eboxcast.delivery.errors import NoRunYet
from eboxcast.delivery.models import Run
from eboxcast.delivery.runs.lookup import authorize_for, find_run
from eboxcast.delivery.runs.settlement import settle
from eboxcast.lib.clock import BRUSSELS, today
from eboxcast.lib.command_line import command_of
from eboxcast.lib.errors import InputRefused, NotFound, WrongUse
from eboxcast.lib.free_text import MOST_CHARACTERS
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.policy import permits
from eboxcast.lib.translation import N_
from eboxcast.portal.links import link_to
from eboxcast.portal.navigation import head_of
from eboxcast.portal.pictures import Line, line_of
from eboxcast.presenters.json import json_text
from eboxcast.presenters.results import results_shown
from eboxcast.presenters.schemas.results import ResultsShown
from eboxcast.presenters.signing import signed_certificate, signed_document
from eboxcast.reports.certificate import issue_certificate
from eboxcast.reports.certificate_page import page_of
from eboxcast.reports.handing_out import hand_out_paper_list, hand_out_rejected_rows, last_paper_list
from eboxcast.reports.report import look_at_report, run_of_broadcast
from eboxcast.reports.verification import verify
from eboxcast.reports.verification_text import verification_lines
from eboxcast.web.forms import PageForm
from eboxcast.web.requests import PageRequest
from eboxcast.web.visitors import signed_in

_CSV = "text/csv; charset=utf-8"
_WIDTH = 600
R = TypeVar("R", bound=HttpResponseBase)


class AgainForm(PageForm):
    """Why somebody needs the paper list that somebody has."""

    again = forms.CharField(
        label=N_("Why it is needed again"),
        help_text=N_("In a few words. It is kept permanently: do not identify any citizen."),
        max_length=MOST_CHARACTERS,
    )


class NoSuchList(NotFound):
    """No list of this number has rejected rows."""

    code = "report.no-such-list"
    sentence = N_("There are no rejected rows of this list.")


@require_safe
@signed_in
def show(request: PageRequest, broadcast: str) -> HttpResponse:
    """Show what became of a broadcast."""
    found = find_broadcast(broadcast, actor=request.actor)
    try:
        run = run_of_broadcast(found, actor=request.actor)
    except NoRunYet:
        return render(request, "portal/results.html", _head(request, found))
    return _page(request, run, _head(request, found))


def _page(request: PageRequest, run: Run, shown: dict[str, object]) -> HttpResponse:
    report = look_at_report(run, actor=request.actor)
    results = results_shown(report, request.language, paper=last_paper_list(run))
    shown |= {
        "results": results,
        "bars": _bars(results),
        "line": _line(results),
        "today": today(),
        "may": {name: permits(request.actor, f"report.{name}") for name in ("paper_list", "rejected_rows", "verify")},
    }
    return render(request, "portal/results.html", shown)


@require_safe
@signed_in
def show_certificate(request: PageRequest, broadcast: str) -> HttpResponse:
    """Give out the certificate as a page that prints on A4."""
    found = find_broadcast(broadcast, actor=request.actor)
    certificate = issue_certificate(run_of_broadcast(found, actor=request.actor), actor=request.actor)

    def address_of(action: NextAction) -> str:
        known = NextAction(action=action.action, parameters={"broadcast": found.number, **action.parameters})
        link = link_to(known)
        return request.build_absolute_uri(link) if link else command_of(action)

    page = page_of(certificate, request.language).said(address_of)
    shown = {**_head(request, found), "page": page, "certified": certificate.kind == "certificate"}
    return render(request, "portal/certificate.html", shown)


@require_safe
@signed_in
def give_certificate(request: PageRequest, broadcast: str) -> HttpResponse:
    """Give out the certificate for programs."""
    found = find_broadcast(broadcast, actor=request.actor)
    certificate = issue_certificate(run_of_broadcast(found, actor=request.actor), actor=request.actor)
    response = HttpResponse(json_text(certificate), content_type="application/json")
    return _as_file(response, f"{certificate.kind}-{found.number}.json")


@require_safe
@signed_in
def give_signed(request: PageRequest, broadcast: str) -> HttpResponse:
    """Give out the certificate with the signature of the installation."""
    found = find_broadcast(broadcast, actor=request.actor)
    certificate = issue_certificate(run_of_broadcast(found, actor=request.actor), actor=request.actor)
    signed = signed_certificate(certificate)
    form = "application/jose+json" if signed.startswith("{") else "application/jose"
    response = HttpResponse(signed, content_type=form)
    return _as_file(response, f"{certificate.kind}-{found.number}.jws")


@require_safe
@signed_in
def give_document(request: PageRequest, broadcast: str) -> HttpResponse:
    """Give out the certificate as a signed PDF, in the language of the page."""
    found = find_broadcast(broadcast, actor=request.actor)
    certificate = issue_certificate(run_of_broadcast(found, actor=request.actor), actor=request.actor)
    document = signed_document(certificate, request.language)
    response = HttpResponse(document, content_type="application/pdf")
    return _as_file(response, f"{certificate.kind}-{found.number}.pdf")


@require_http_methods(["GET", "POST"])
@signed_in
def give_paper_list(request: PageRequest, broadcast: str) -> HttpResponseBase:
    """Say what the paper list is and who has it, and give it out."""
    found = find_broadcast(broadcast, actor=request.actor)
    run = run_of_broadcast(found, actor=request.actor)
    authorize_for(run, "report.paper_list", actor=request.actor)
    form = AgainForm(request.POST if "again" in request.POST else None, language=request.language)
    if request.method == "POST" and (not form.is_bound or form.is_valid()):
        again = form.cleaned_data["again"] if form.is_bound else ""
        try:
            pieces = hand_out_paper_list(run, actor=request.actor, again=again)
            first = next(pieces)
        except (InputRefused, WrongUse) as error:
            form.refuse(error, field="again")
        else:
            answer = StreamingHttpResponse(chain([first], pieces), content_type=_CSV)
            return _as_file(answer, f"paper-list-{found.number}.csv")
    report = look_at_report(run, actor=request.actor)
    results = results_shown(report, request.language, paper=last_paper_list(run))
    shown = {**_head(request, found), "results": results, "form": form}
    return render(request, "portal/paper_list.html", shown, status=422 if form.wrong else 200)


@require_POST
@signed_in
def give_rejected_rows(request: PageRequest, broadcast: str) -> HttpResponseBase:
    """Give out the rejected rows of a list."""
    found = find_broadcast(broadcast, actor=request.actor)
    lists = hand_out_rejected_rows(run_of_broadcast(found, actor=request.actor), actor=request.actor)
    wanted = [one for one in lists if str(one.number) == request.POST.get("list", "")]
    if not wanted:
        raise NoSuchList
    answer = StreamingHttpResponse(wanted[0].content, content_type=_CSV)
    return _as_file(answer, f"rejected-{found.number}-{Path(wanted[0].file_name).stem.replace('*', 'x')}.csv")


@require_http_methods(["GET", "POST"])
@signed_in
def verify_certificate(request: PageRequest, broadcast: str) -> HttpResponse:
    """Compute the digests again from what is stored, and compare."""
    found = find_broadcast(broadcast, actor=request.actor)
    run = run_of_broadcast(found, actor=request.actor)
    authorize_for(run, "report.verify", actor=request.actor)
    shown = _head(request, found)
    if request.method == "POST":
        verification = verify(run, actor=request.actor)
        verdict, *lines = verification_lines(verification, request.language)
        shown |= {"verification": verification, "verdict": verdict, "lines": lines}
    return render(request, "portal/verify_certificate.html", shown)


@require_safe
@signed_in
def of_run(request: PageRequest, run: str) -> HttpResponse:
    """Lead to the results of the broadcast that a run belongs to; show those of a run that belongs to none."""
    found = find_run(run, actor=request.actor, permission="report.see")
    broadcast = broadcast_of_run(found.id)
    if broadcast is not None:
        return redirect("results" if broadcast.production_run == found.id else "test", broadcast.number)
    settled = settle(found)
    command = command_of(NextAction(action="report.see", parameters={"run": settled.short}))
    run_shown = {"number": settled.short, "title": mask_and_strip(settled.title), "command": command}
    return _page(request, settled, {"section": "console", "run": run_shown})


def _head(request: PageRequest, found: Broadcast) -> dict[str, object]:
    return {"section": "broadcasts", "head": head_of(found, request.actor), "signs": is_set_up()}


def _line(results: ResultsShown) -> Line | None:
    """Return how many had opened it at the end of each day, from the publication until today, out of all who could."""
    if results.visible_at is None or not results.days:
        return None
    first = results.visible_at.astimezone(BRUSSELS).date()
    read = {one.day: one.count for one in results.days}
    last = max(today(), *read)
    days = [first + timedelta(days=place) for place in range((last - first).days + 1)]
    together = accumulate((read.get(day, 0) for day in days), initial=0)
    return line_of(list(enumerate(together)), top=results.published)


def _bars(results: ResultsShown) -> list[tuple[str, int, str, str]]:
    """Return a bar for each outcome: its name, its count, where it begins and how wide it is."""
    bars, place = [], 0.0
    for one in results.outcomes:
        width = one.count / (results.recipients or 1) * _WIDTH
        bars.append((one.outcome, one.count, f"{place:.1f}", f"{width:.1f}"))
        place += width
    return bars


def _as_file(response: R, name: str) -> R:
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
