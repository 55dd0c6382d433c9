"""The launch console: tonight and what comes next, with what must be so before each launch; and doctor in short."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from eboxcast.broadcasts.listing import list_evenings
from eboxcast.delivery.runs.lookup import runs_at_work
from eboxcast.exchange.inventory import CHECKS as DROP_FOLDERS
from eboxcast.operations.doctor import look_for
from eboxcast.presenters.console import console_of
from eboxcast.presenters.operations import examination
from eboxcast.web.examination import CHECKS as SIGNING_IN
from eboxcast.web.requests import PageRequest, part_of_page
from eboxcast.web.visitors import signed_in

_DAYS = 14


@require_safe
@signed_in
def show(request: PageRequest) -> HttpResponse:
    """Show the broadcasts of tonight and of the next two weeks."""
    at_work = runs_at_work(actor=request.actor)
    evenings = list_evenings(actor=request.actor, days=_DAYS)
    console = console_of(evenings, at_work, request.actor, request.language)
    part = part_of_page(request)
    template = "portal/components/console_live.html" if part else "portal/console.html"
    return render(request, template, {"section": "console", "console": console})


@require_safe
@signed_in
def doctor(request: PageRequest) -> HttpResponse:
    """Show what doctor finds, what needs attention first; the console asks for it once it is there itself."""
    found = examination(look_for(request.actor, (*DROP_FOLDERS, *SIGNING_IN)), request.language)
    shown = {
        "section": "console",
        "failed": [one for one in found.checks if one.state == "failed"],
        "attention": [one for one in found.checks if one.state == "attention"],
        "fine": sum(one.state == "ok" for one in found.checks),
    }
    part = part_of_page(request)
    template = "portal/components/doctor.html" if part else "portal/doctor.html"
    return render(request, template, shown)
