"""The first page: what waits for whoever looks."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from eboxcast.broadcasts.listing import look_at_desk
from eboxcast.broadcasts.lookup import planned_on
from eboxcast.presenters.desk import MOST_SHOWN, desk_of, to_decide
from eboxcast.presenters.message_types import type_desk
from eboxcast.senders.lookup import requests_of
from eboxcast.web.requests import PageRequest
from eboxcast.web.visitors import signed_in


@require_safe
@signed_in
def show(request: PageRequest) -> HttpResponse:
    """Show what somebody has to do now, over all broadcasts they may see."""
    found = look_at_desk(actor=request.actor, most=MOST_SHOWN)
    roles = request.actor.roles
    days = {day for one in to_decide(found.waiting, roles) for day in one.wanted_dates}
    desk = desk_of(found, roles, request.language, beside=planned_on(days, actor=request.actor))
    types = type_desk(requests_of(request.actor), (), roles, request.language).tasks
    return render(request, "portal/home.html", {"section": "home", "desk": desk, "types": types})
