"""The GO: what is prepared and what it leads to, said to whoever confirms it by typing what it is for."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from eboxcast.broadcasts import production
from eboxcast.broadcasts.lookup import find_broadcast
from eboxcast.broadcasts.models import Broadcast
from eboxcast.broadcasts.production import SHORTEST, Named, mark_of
from eboxcast.broadcasts.states import Action
from eboxcast.broadcasts.steps import authorize_action, obstacle_to
from eboxcast.delivery.broadcasts.go_preview import preview_go
from eboxcast.lib.actors import NotYourRole
from eboxcast.lib.errors import InputRefused, WrongUse
from eboxcast.lib.free_text import MOST_CHARACTERS
from eboxcast.lib.moments import read_moment
from eboxcast.lib.translation import N_, translate
from eboxcast.portal.navigation import head_of
from eboxcast.portal.told import tell
from eboxcast.presenters.go import go_shown, go_standing, what_follows
from eboxcast.presenters.schemas.go import GoShown
from eboxcast.web.errors import parts_on_page
from eboxcast.web.forms import PageForm
from eboxcast.web.requests import PageRequest
from eboxcast.web.visitors import signed_in

_TYPED = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class GoForm(PageForm):
    """What the GO is for, typed from what the page shows."""

    shown = forms.CharField(widget=forms.HiddenInput, max_length=64)
    moment = forms.CharField(
        label=N_("The agreed moment"),
        help_text=N_("Date and time, as 15/02/2027 18:00 or 2027-02-15T18:00."),
        max_length=40,
        widget=forms.TextInput(attrs=_TYPED),
    )
    digest = forms.CharField(
        label=N_("The first 8 or more characters of the digest of the files"),
        help_text=N_("Type them from the page. They show that you confirm these files and no others."),
        min_length=SHORTEST,
        max_length=64,
        widget=forms.TextInput(attrs=_TYPED),
    )

    def clean_moment(self) -> datetime:
        """Return the moment that was typed."""
        read = read_moment(self.cleaned_data["moment"])
        if read is None:
            raise forms.ValidationError(translate(_UNCLEAR, self.language))
        return read

    @property
    def named(self) -> Named:
        """Return what the GO is for."""
        given = self.cleaned_data
        return Named(agreed_at=given["moment"], files="".join(given["digest"].split()), shown=given["shown"])


_UNCLEAR = N_("Enter a date and time, such as 15/02/2027 18:00.")


class WithdrawForm(PageForm):
    """Why the GO is withdrawn."""

    reason = forms.CharField(
        label=N_("Reason (optional)"),
        help_text=N_("In a few words. It is kept permanently: do not identify any citizen."),
        max_length=MOST_CHARACTERS,
        required=False,
    )


_GIVEN = N_("The GO was given. It is valid until {end}.")
_WITHDRAWN = N_("The GO was withdrawn.")


@require_http_methods(["GET", "POST"])
@signed_in
def show(request: PageRequest, broadcast: str) -> HttpResponse:
    """Show what a GO confirms and those that were given, and take one of whoever may give it."""
    found = find_broadcast(broadcast, actor=request.actor)
    form = GoForm(request.POST or None, language=request.language)
    status = 422 if form.is_bound else 200
    if form.is_bound:
        authorize_action(request.actor, Action.GIVE_GO)
    if form.is_valid():
        try:
            production.give_go(found, actor=request.actor, named=form.named)
        except (InputRefused, WrongUse) as error:
            form.refuse(error)
        else:
            tell(request, _GIVEN, end=found.window_ends_at)
            return redirect("go", found.number)
    return render(request, "portal/go.html", _shown(request, found, form), status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def withdraw(request: PageRequest, broadcast: str) -> HttpResponse:
    """Say what withdrawing the GO means, and withdraw it."""
    found = find_broadcast(broadcast, actor=request.actor)
    authorize_action(request.actor, Action.WITHDRAW_GO)
    form = WithdrawForm(request.POST or None, language=request.language)
    if request.method == "POST" and form.is_valid():
        try:
            production.withdraw_go(found, actor=request.actor, reason=form.cleaned_data["reason"])
        except (InputRefused, WrongUse) as error:
            form.refuse(error, field="reason")
        else:
            tell(request, _WITHDRAWN)
            return redirect("go", found.number)
    obstacle = obstacle_to(found, Action.WITHDRAW_GO, actor=request.actor)
    if obstacle is not None:
        raise obstacle
    shown = {"section": "broadcasts", "head": head_of(found, request.actor), "form": form, "armed": found.armed_at}
    return render(request, "portal/withdraw_go.html", shown, status=422 if form.wrong else 200)


def _shown(request: PageRequest, found: Broadcast, form: GoForm) -> dict[str, object]:
    obstacle = obstacle_to(found, Action.GIVE_GO, actor=request.actor)
    preview = _preview(request, found)
    return {
        "section": "broadcasts",
        "head": head_of(found, request.actor),
        "standing": go_standing(found),
        "preview": preview,
        "form": form,
        "mark": mark_of(found) if preview else "",
        "open": preview is not None and obstacle is None,
        "missing": parts_on_page(obstacle, request.language) if obstacle else [],
        "follows": what_follows(found, request.language) if found.production_run else (),
        "may_withdraw": obstacle_to(found, Action.WITHDRAW_GO, actor=request.actor) is None,
    }


def _preview(request: PageRequest, found: Broadcast) -> GoShown | None:
    """Return what is prepared, digest and all, to whoever may give the GO: others could hand it on."""
    if not found.production_run:
        return None
    try:
        return go_shown(preview_go(found, actor=request.actor))
    except NotYourRole:
        return None
