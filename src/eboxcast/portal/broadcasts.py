"""The broadcasts somebody may see: as a list with filters, and one with everything about it."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from eboxcast.broadcasts.listing import Asked, rank_broadcasts, read_ranked
from eboxcast.broadcasts.lookup import find_broadcast
from eboxcast.broadcasts.words import CHECKS
from eboxcast.lib.actors import Role
from eboxcast.lib.translation import N_
from eboxcast.portal.navigation import head_of
from eboxcast.portal.steps import others_for
from eboxcast.presenters.audit import audit_page
from eboxcast.presenters.broadcast_records import history_of
from eboxcast.presenters.broadcast_words import STATES
from eboxcast.presenters.broadcasts import broadcast_list, broadcast_sheet
from eboxcast.presenters.life import life_of
from eboxcast.presenters.schemas.broadcast import BroadcastSheet, VerdictShown
from eboxcast.web.forms import PageForm, options
from eboxcast.web.requests import PageRequest
from eboxcast.web.visitors import signed_in


class FilterForm(PageForm):
    """Which broadcasts are asked for."""

    state = forms.ChoiceField(
        label=N_("State"), choices=[("", N_("All that are open")), *options(STATES)], required=False
    )
    campaign = forms.CharField(label=N_("Campaign"), max_length=200, required=False)
    mine = forms.BooleanField(label=N_("Waiting for me"), required=False)
    late = forms.BooleanField(label=N_("Late"), required=False)
    ended = forms.BooleanField(label=N_("Also those that have ended"), required=False)


@require_safe
@signed_in
def show_list(request: PageRequest) -> HttpResponse:
    """Show broadcasts, the most urgent first."""
    form = FilterForm(request.GET, language=request.language)
    given = form.cleaned_data if form.is_valid() else {}
    asked = Asked(
        states=frozenset(filter(None, [given.get("state", "")])),
        campaign=given.get("campaign", ""),
        mine=given.get("mine", False),
        late=given.get("late", False),
        ended=given.get("ended", False),
    )
    page = Paginator(rank_broadcasts(asked, actor=request.actor), _ON_A_PAGE).get_page(request.GET.get("page"))
    answer = broadcast_list(read_ranked(list(page), actor=request.actor), request.language, steps_alone=True)
    shown = {
        "section": "broadcasts",
        "form": form,
        "broadcasts": answer.broadcasts,
        "count": page.paginator.count,
        "before": _address(request, page.previous_page_number()) if page.has_previous() else "",
        "after": _address(request, page.next_page_number()) if page.has_next() else "",
    }
    return render(request, "portal/broadcasts.html", shown)


_ON_A_PAGE = 50


def _address(request: PageRequest, page: int) -> str:
    """Return the same list, another page of it."""
    asked = request.GET.copy()
    asked["page"] = str(page)
    return f"?{asked.urlencode()}"


@require_safe
@signed_in
def show(request: PageRequest, broadcast: str) -> HttpResponse:
    """Show everything about a broadcast: where it stands first."""
    found = find_broadcast(broadcast, actor=request.actor)
    sheet = broadcast_sheet(found, request.language)
    shown = {
        "section": "broadcasts",
        "head": head_of(found, request.actor),
        "sheet": sheet,
        "mine": [step for step in sheet.next if request.actor.has(*map(Role, step.turn))],
        "others": [step for step in sheet.next if not request.actor.has(*map(Role, step.turn))],
        "doable": others_for(found, request.actor, without={step.action for step in sheet.next}),
        "history": audit_page(history_of(found), {}, request.language, more=False).lines,
        "checks": list(CHECKS),
        "results": _results(sheet),
        "life": life_of(sheet, request.language),
    }
    return render(request, "portal/broadcast.html", shown)


@dataclass(frozen=True)
class Results:
    """What was found in one eBox of the short list: for each check the verdict that counts, if any."""

    recipient: int
    verdicts: list[VerdictShown | None]


def _results(sheet: BroadcastSheet) -> list[Results]:
    counting = {(one.recipient, one.check): one for one in sheet.verdicts if one.counts}
    recipients = sorted({recipient for recipient, _ in counting})
    return [Results(one, [counting.get((one, str(check))) for check in CHECKS]) for one in recipients]
