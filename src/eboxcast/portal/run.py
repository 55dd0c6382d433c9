"""The pages of a run: how it goes, live; and each thing that may be decided about it, with what follows said before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from eboxcast.broadcasts.lookup import broadcast_of_run, find_broadcast
from eboxcast.delivery.broadcasts.runs import followed_run
from eboxcast.delivery.models import Action, Run
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.lookup import find_run
from eboxcast.delivery.runs.progress import refuse_changed
from eboxcast.delivery.runs.settlement import settle
from eboxcast.delivery.runs.states import permission_of
from eboxcast.lib.actors import Actor
from eboxcast.lib.errors import InputRefused, WrongUse
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_
from eboxcast.portal.confirming import ConfirmedForm, NotTyped
from eboxcast.portal.navigation import head_of
from eboxcast.portal.pictures import line_of
from eboxcast.presenters.live import live_run
from eboxcast.presenters.run_decisions import FINAL, decision_on
from eboxcast.presenters.schemas.live import LiveRun
from eboxcast.web.requests import PageRequest, part_of_page
from eboxcast.web.visitors import signed_in

_REASON_LENGTH = 500


@require_safe
@signed_in
def show(request: PageRequest, broadcast: str) -> HttpResponse:
    """Show how the run of a broadcast goes."""
    found = find_broadcast(broadcast, actor=request.actor)
    run = followed_run(found, actor=request.actor)
    shown = {"section": "broadcasts", "head": head_of(found, request.actor), "tab": "run"}
    return _page(request, run, shown)


@require_safe
@signed_in
def show_alone(request: PageRequest, run: str) -> HttpResponse:
    """Show how any run goes, also one that belongs to no broadcast."""
    found = settle(find_run(run, actor=request.actor))
    return _page(request, found, {"section": "console"})


def _page(request: PageRequest, run: Run | None, shown: dict[str, object]) -> HttpResponse:
    live = live_run(run, actor=request.actor, language=request.language) if run else None
    is_part = part_of_page(request)
    template = "portal/components/run_live.html" if is_part and live else "portal/run.html"
    answer = render(request, template, {**shown, "live": live, "line": _line(live)})
    if is_part and live and live.look_again is None and "head" in shown:
        answer.headers["HX-Refresh"] = "true"  # the head of the page says how the broadcast stands: that changed too
    return answer


def _line(live: LiveRun | None) -> object:
    if live is None or not live.curve:
        return None
    return line_of([(one.seconds, one.tried) for one in live.curve], top=live.status.recipients or 0)


class DecisionForm(ConfirmedForm):
    """What every decision carries: the state that was seen."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=20)


class ReasonForm(DecisionForm):
    """Why."""

    reason = forms.CharField(
        label=N_("Reason"),
        help_text=N_("In a few words. It is kept permanently: do not identify any citizen."),
        max_length=_REASON_LENGTH,
    )


class PaceForm(DecisionForm):
    """How fast."""

    widths = {"rate": "short", "parallel": "short"}  # noqa: RUF012 - as PageForm has it
    rate = forms.FloatField(
        label=N_("Recipients per second, at most"), help_text=N_("0 means no limit."), min_value=0, required=False
    )
    parallel = forms.IntegerField(label=N_("Batches at once"), min_value=1, max_value=64, required=False)


ANSWERS = {
    "published": N_("They have it: count them as published"),
    "refused": N_("They do not have it: count them as refused"),
    "resend": N_("Send to them again: anyone who has it already receives it twice"),
}


class ResolveForm(ReasonForm):
    """What became of those of whom nobody knows."""

    answer = forms.ChoiceField(
        label=N_("What the provider's support says"), choices=list(ANSWERS.items()), widget=forms.RadioSelect
    )
    message_number = forms.CharField(
        label=N_("The provider's number of the message"),
        help_text=N_("Only if it is needed."),
        max_length=100,
        required=False,
    )
    field_order = ("answer", "message_number", "reason", "seen")


Given = Mapping[str, Any]


def _launch(run: Run, actor: Actor, given: Given) -> Run:
    return actions.launch_now(run, actor=actor)


def _pace(run: Run, actor: Actor, given: Given) -> Run:
    return actions.pace(run, rate=given["rate"], parallel=given["parallel"], actor=actor)


def _resolve(run: Run, actor: Actor, given: Given) -> Run:
    number = given["message_number"] or None
    actions.resolve(
        run, as_=actions.COUNTS_AS[given["answer"]], actor=actor, reason=given["reason"], message_number=number
    )
    return run


def _with_reason(action: Callable[..., Run]) -> Callable[[Run, Actor, Given], Run]:
    return lambda run, actor, given: action(run, actor=actor, reason=given["reason"])


DECISIONS: Mapping[str, tuple[Action, type[DecisionForm], Callable[[Run, Actor, Given], Run]]] = {
    "launch": (Action.LAUNCH, DecisionForm, _launch),
    "pause": (Action.PAUSE, ReasonForm, _with_reason(actions.pause)),
    "stop": (Action.STOP, ReasonForm, _with_reason(actions.stop)),
    "resume": (Action.RESUME, DecisionForm, lambda run, actor, given: actions.resume(run, actor=actor)),
    "pace": (Action.PACE, PaceForm, _pace),
    "resolve": (Action.RESOLVE, ResolveForm, _resolve),
    "close": (Action.CLOSE, ReasonForm, _with_reason(actions.close)),
    "discard": (Action.DISCARD, ReasonForm, _with_reason(actions.discard)),
    "retry": (Action.RETRY, DecisionForm, lambda run, actor, given: actions.retry(run, actor=actor)),
    "recall": (Action.RECALL, ReasonForm, _with_reason(actions.recall)),
}
"""Each decision by its word in the address: what it is, what it asks, and the action that does it."""


@require_http_methods(["GET", "POST"])
@signed_in
def decide(request: PageRequest, run: str, verb: str) -> HttpResponse:
    """Say what follows from a decision about a run, and carry it out once it is confirmed."""
    action, kind, act = DECISIONS[verb]
    found = settle(find_run(run, actor=request.actor, permission=permission_of(action)))
    form = kind(
        request.POST or None, language=request.language, initial=_initial(found), expected=_expected(found, action)
    )
    if form.is_valid():
        refuse_changed(found, action, seen=form.cleaned_data["seen"])
        try:
            form.refuse_unconfirmed()
            after = act(found, request.actor, form.cleaned_data)
        except NotTyped as error:
            form.refuse(error, field="typed")
        except (InputRefused, WrongUse) as error:
            form.refuse(error)
        else:
            return HttpResponseRedirect(page_of_run(after))
    shown = {
        "section": "console",
        "run": found.short,
        "title": mask_and_strip(found.title),
        "back": page_of_run(found),
        "decision": decision_on(found, action, request.language),
        "form": form,
    }
    return render(request, "portal/decide.html", shown, status=422 if form.wrong else 200)


def _initial(run: Run) -> dict[str, object]:
    return {"seen": run.state, "rate": run.rate, "parallel": run.parallel}


def _expected(run: Run, action: Action) -> str:
    """Return what has to be typed: of what cannot be undone, the number that a command would name."""
    return run.short if action in FINAL or action is Action.LAUNCH else ""


def page_of_run(run: Run) -> str:
    """Return the address where a run is followed: in its broadcast, where it is the one that broadcast has now."""
    broadcast = broadcast_of_run(run.id)
    if broadcast is not None and run.id == (broadcast.production_run or broadcast.acceptance_run):
        return reverse("run", kwargs={"broadcast": broadcast.number})
    return reverse("one-run", kwargs={"run": run.short})
