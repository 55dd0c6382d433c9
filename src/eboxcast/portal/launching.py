"""Arming, disarming and launching a broadcast: what follows is said before, and what is missing instead of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from eboxcast.broadcasts import production
from eboxcast.broadcasts.lookup import find_broadcast
from eboxcast.broadcasts.models import Broadcast
from eboxcast.broadcasts.states import Action
from eboxcast.delivery.broadcasts.agreed_launch import launch_broadcast_now
from eboxcast.lib.actors import Actor
from eboxcast.lib.errors import InputRefused
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_
from eboxcast.portal.confirming import ConfirmedForm, NotTyped
from eboxcast.presenters.launch_decisions import launch_decision
from eboxcast.web.requests import PageRequest
from eboxcast.web.visitors import signed_in

_REASON_LENGTH = 500
Given = Mapping[str, Any]


class WhyForm(ConfirmedForm):
    """Why, where somebody says it."""

    reason = forms.CharField(
        label=N_("Reason (optional)"),
        help_text=N_("In a few words. It is kept permanently: do not identify any citizen."),
        max_length=_REASON_LENGTH,
        required=False,
    )


def _arm(broadcast: Broadcast, actor: Actor, given: Given) -> None:
    production.arm(broadcast, actor=actor)


def _disarm(broadcast: Broadcast, actor: Actor, given: Given) -> None:
    production.disarm(broadcast, actor=actor, reason=given["reason"])


def _launch(broadcast: Broadcast, actor: Actor, given: Given) -> None:
    launch_broadcast_now(broadcast, actor=actor)


STEPS: Mapping[str, tuple[Action, type[ConfirmedForm], Callable[[Broadcast, Actor, Given], None]]] = {
    "arm": (Action.ARM, ConfirmedForm, _arm),
    "disarm": (Action.DISARM, WhyForm, _disarm),
    "launch": (Action.LAUNCH, ConfirmedForm, _launch),
}
"""Each step by its word in the address: what it is, what it asks, and the action that does it."""


@require_http_methods(["GET", "POST"])
@signed_in
def take(request: PageRequest, broadcast: str, verb: str) -> HttpResponse:
    """Say what follows from a step, and take it once it is confirmed."""
    action, kind, act = STEPS[verb]
    found = find_broadcast(broadcast, actor=request.actor)
    decision = launch_decision(found, action, actor=request.actor, language=request.language)
    expected = found.number if action is Action.LAUNCH else ""
    form = kind(request.POST if request.method == "POST" else None, language=request.language, expected=expected)
    if form.is_valid():
        try:
            form.refuse_unconfirmed()
            act(found, request.actor, form.cleaned_data)
        except NotTyped as error:
            form.refuse(error, field="typed")
        except InputRefused as error:
            form.refuse(error)
        else:
            return redirect("run", found.number)
    shown = {
        "section": "console",
        "number": found.number,
        "title": mask_and_strip(found.subject),
        "back": reverse("run", kwargs={"broadcast": found.number}),
        "decision": decision,
        "form": form,
    }
    return render(request, "portal/decide.html", shown, status=422 if form.wrong else 200)
