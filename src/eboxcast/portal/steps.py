"""The steps on the date and the life of a broadcast, a page each: what is asked, what follows from it, and the form."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from eboxcast.accounts.errors import FormSentBefore
from eboxcast.broadcasts.errors import ChangedMeanwhile, DateNotFree
from eboxcast.broadcasts.lookup import find_broadcast
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.broadcasts.states import TABLE, Action, permission_of, possible
from eboxcast.broadcasts.steps import as_seen, last_step, mark_of, refuse_impossible
from eboxcast.lib.actors import Actor, NotYourRole
from eboxcast.lib.errors import InputRefused, NotAllowedNow, WrongUse
from eboxcast.lib.policy import authorize, permits
from eboxcast.lib.telling import next_actions
from eboxcast.lib.translation import N_
from eboxcast.portal import step_forms as forms
from eboxcast.portal.dates import HINT, given_in, picked_in
from eboxcast.portal.links import link_to
from eboxcast.portal.navigation import head_of
from eboxcast.portal.once import once
from eboxcast.portal.step_forms import StepForm
from eboxcast.portal.told import tell
from eboxcast.presenters.broadcasts import broadcast_sheet
from eboxcast.web.errors import parts_on_page, sentence_on_page
from eboxcast.web.requests import PageRequest, part_of_page
from eboxcast.web.visitors import signed_in


@dataclass(frozen=True, kw_only=True)
class StepPage:
    """The page of one step."""

    title: str
    form: type[StepForm]
    button: str
    done: str
    """What is said afterwards."""
    action: Action | None = None
    """None for what changes nothing of the broadcast."""
    permission: str = ""
    """Where there is no action: what it needs."""
    lead: str = ""
    final: str = ""
    """What cannot be undone about it, or what else ends with it: said before."""
    grave: bool = False
    """Whether it ends something."""
    when_due: bool = False
    """Whether it is offered only where the procedure asks for it."""


STEPS: Mapping[str, StepPage] = {
    "accept": StepPage(
        action=Action.ACCEPT,
        title=N_("Decide on the date"),
        lead=N_("The validator and the integration team each accept a date. Once both have, the date is set."),
        form=forms.AcceptForm,
        button=N_("Accept this date"),
        done=N_("Your decision on the date was recorded."),
    ),
    "postpone": StepPage(
        action=Action.POSTPONE,
        title=N_("Propose other dates"),
        lead=N_("The institution receives your reason and the dates, and accepts one or requests others."),
        final=N_("Decisions, reconfirmation, waivers and GO for the present date become void."),
        form=forms.PostponeForm,
        button=N_("Propose these dates"),
        done=N_("The broadcast was postponed and your dates were proposed."),
    ),
    "refuse": StepPage(
        action=Action.REFUSE,
        title=N_("Refuse this broadcast"),
        final=N_("This is final. The institution receives your reason, and can only request another broadcast."),
        form=forms.RefuseForm,
        button=N_("Refuse permanently"),
        done=N_("The broadcast was refused. This is final."),
        grave=True,
    ),
    "agree": StepPage(
        action=Action.AGREE,
        title=N_("Accept a proposed date"),
        lead=N_("The side that proposed the date has already accepted it. The other side decides next."),
        form=forms.AgreeForm,
        button=N_("Accept this date"),
        done=N_("You accepted a proposed date. The other side must accept it too."),
    ),
    "want": StepPage(
        action=Action.WANT,
        title=N_("Request other dates"),
        lead=N_("Both sides decide on the new dates."),
        final=N_("Decisions, reconfirmation, waivers and GO for the present date become void."),
        form=forms.WantForm,
        button=N_("Request these dates"),
        done=N_("Other dates were requested. Both sides must decide on them."),
    ),
    "cancel": StepPage(
        action=Action.CANCEL,
        title=N_("Cancel this broadcast"),
        final=N_("This is final. Nothing will be published, the date becomes free, and a GO is void."),
        form=forms.CancelForm,
        button=N_("Cancel permanently"),
        done=N_("The broadcast was cancelled. This is final."),
        grave=True,
    ),
    "reconfirm": StepPage(
        action=Action.RECONFIRM,
        title=N_("Reconfirm the date"),
        lead=N_("Confirm that you still want this date. To have another one, request other dates instead."),
        form=forms.ReconfirmForm,
        button=N_("Reconfirm"),
        done=N_("The date was reconfirmed."),
    ),
    "waive": StepPage(
        action=Action.WAIVE,
        title=N_("Waive a missed deadline"),
        lead=N_("The date can then stay. The waiver counts for this date only, and is in your name."),
        form=forms.WaiveForm,
        when_due=True,
        button=N_("Give the waiver"),
        done=N_("The waiver was recorded in your name."),
    ),
    "note": StepPage(
        permission="broadcast.note",
        title=N_("Add a note"),
        lead=N_("Record what came by phone or email. A note changes nothing, but stays on record permanently."),
        form=forms.NoteForm,
        button=N_("Add the note"),
        done=N_("The note was added."),
    ),
    "set-contact": StepPage(
        action=Action.SET_CONTACT,
        title=N_("Contacts for this broadcast"),
        lead=N_("One contact for the institution and one for each team, for the evening and the days before."),
        form=forms.ContactForm,
        button=N_("Save"),
        done=N_("The contact was saved."),
    ),
    "warn": StepPage(
        action=Action.WARN,
        title=N_("Warn the contact centre"),
        lead=N_("The contact centre receives an email with the date, the audience and the first-time users expected."),
        form=forms.WarnForm,
        button=N_("Warn the contact centre"),
        done=N_("The contact centre was warned."),
    ),
    "report": StepPage(
        action=Action.REPORT,
        title=N_("Send the report"),
        lead=N_("The institution receives the report by email. This also happens automatically after the publication."),
        form=forms.ReportForm,
        button=N_("Send the report"),
        done=N_("The report was sent to the institution."),
    ),
    "close": StepPage(
        action=Action.CLOSE,
        title=N_("Close this broadcast"),
        lead=N_("The institution receives the reading figures. This also happens automatically after some days."),
        final=N_("A closed broadcast cannot be opened again."),
        form=forms.CloseForm,
        button=N_("Close"),
        done=N_("The reading figures were sent and the broadcast is closed."),
    ),
}
"""Each page by the name of its address."""


_BEFORE = N_("You already did this on {at}. Nothing more was done.")


def page(name: str) -> Callable[..., HttpResponseBase]:
    """Return the view of a step."""
    step = STEPS[name]

    @require_http_methods(["GET", "POST"])
    @signed_in
    def take(request: PageRequest, broadcast: str) -> HttpResponse:
        """Show what a step means, and take it."""
        found = find_broadcast(broadcast, actor=request.actor)
        try:
            _refuse_in_vain(step, found, request.actor)
        except NotYourRole:
            raise
        except NotAllowedNow as error:
            return _taken_before(request, step, found) or _refused(request, found, step, error)
        return _take(request, name, found)

    return take


def others_for(broadcast: Broadcast, actor: Actor, *, without: Collection[str]) -> list[tuple[str, str]]:
    """Return what else somebody can do with a broadcast, beside its next steps: a title and an address each."""
    rows = possible(State(broadcast.state))
    can = {row.action for row in rows if actor.has(*row.roles) and permission_of(row.action) not in without}
    return [
        (step.title, reverse(name, args=[broadcast.number]))
        for name, step in STEPS.items()
        if not step.when_due and (step.action in can or (step.permission and permits(actor, step.permission)))
    ]


def _refuse_in_vain(step: StepPage, broadcast: Broadcast, actor: Actor) -> None:
    """Raise now what the action would raise whatever is filled in."""
    if step.action is None:
        authorize(actor, step.permission)
    else:
        refuse_impossible(broadcast, step.action, actor=actor)


def _take(request: PageRequest, name: str, found: Broadcast) -> HttpResponse:
    step, picked, status = STEPS[name], picked_in(request), 200
    about: dict[str, Any] = {"broadcast": found, "actor": request.actor, "picked": picked, "language": request.language}
    if request.method == "POST" and not (step.form.on_calendar and picked.looking):
        data = request.POST.copy()
        form = step.form(data, **about)
        if form.is_valid():
            try:
                with once(request), as_seen(found, form.cleaned_data["seen"]):
                    form.take()
            except FormSentBefore as error:
                if again := _taken_before(request, step, found):
                    return again
                tell(request, error.sentence)
                return redirect("broadcast", found.number)
            except ChangedMeanwhile as error:
                if again := _taken_before(request, step, found):
                    return again
                form.refuse(error)
                data["seen"], status = mark_of(found), 409
            except (InputRefused, WrongUse, DateNotFree) as error:
                form.refuse_beside(error)
            else:
                tell(request, step.done)
                return redirect("broadcast", found.number)
        status = 422 if form.wrong and status == 200 else status
    else:
        form = step.form(initial={**given_in(request).dict(), "seen": _seen_first(request, found)}, **about)
    shown = {"form": form, "hint": HINT, **form.shown(request)}
    if part_of_page(request) and form.on_calendar:
        return render(request, "portal/components/dates.html", shown)
    shown |= {
        "section": "broadcasts",
        "head": head_of(found, request.actor),
        "sheet": broadcast_sheet(found, request.language),
        "step": step,
        "name": name,
    }
    return render(request, f"portal/{form.template}.html", shown, status=status)


def _seen_first(request: PageRequest, found: Broadcast) -> str:
    """Return how the broadcast stood when the page was opened: what is done with the calendar does not renew it."""
    return request.POST.get("seen") or mark_of(found)


def _refused(request: PageRequest, found: Broadcast, step: StepPage, error: NotAllowedNow) -> HttpResponse:
    """Say why a step is not possible now, with the pages where what is missing can be done."""
    reasons = [
        (sentence, next(filter(None, map(link_to, next_actions(part))), ""))
        for sentence, part in zip(parts_on_page(error, request.language), error.parts, strict=True)
    ]
    shown = {
        "section": "broadcasts",
        "head": head_of(found, request.actor),
        "title": step.title,
        "sentence": sentence_on_page(error, request.language),
        "reasons": reasons,
    }
    return render(request, "portal/step_refused.html", shown, status=409)


def _taken_before(request: PageRequest, step: StepPage, found: Broadcast) -> HttpResponse | None:
    """Return the answer to a form that is sent a second time; None where it is not known to be one."""
    seen, last = request.POST.get("seen", ""), last_step(found)
    entries = {row.entry for row in TABLE if row.action == step.action}
    if not (seen and last and last.by == request.actor.name and last.action in entries and seen != mark_of(found)):
        return None
    tell(request, _BEFORE, at=last.at)
    return redirect("broadcast", found.number)
