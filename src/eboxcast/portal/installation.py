"""The installation in short, for those who run it; what doctor finds comes after it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from eboxcast.operations.overview import overview
from eboxcast.web.requests import PageRequest
from eboxcast.web.visitors import signed_in


@require_safe
@signed_in
def show(request: PageRequest) -> HttpResponse:
    """Show versions, environments, mails and workers; doctor looks once the page is there, as that takes longer."""
    shown = {"section": "installation", "here": overview(actor=request.actor)}
    return render(request, "portal/installation.html", shown)
