"""Where alarms go beside the mails: registering an address of another system, trying it, removing it."""

from __future__ import annotations

from contextlib import suppress

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eboxcast.accounts.errors import FormSentBefore
from eboxcast.lib.errors import InputRefused, WrongUse
from eboxcast.lib.policy import authorize, permits
from eboxcast.lib.translation import N_, translate
from eboxcast.notices import webhooks
from eboxcast.notices.errors import WebhookNotFound
from eboxcast.portal.confirming import ConfirmedForm
from eboxcast.portal.once import done_once, once
from eboxcast.portal.told import tell
from eboxcast.presenters.alarms import webhooks_shown
from eboxcast.presenters.schemas.live import Decision
from eboxcast.web.forms import PageForm
from eboxcast.web.requests import PageRequest
from eboxcast.web.visitors import signed_in

_MOST = 500
_ADDED_BEFORE = N_(
    "This form was sent before. The address was registered once, and its key was shown at that time. If you did not "
    "see the key, remove the address and register it again."
)


class WebhookForm(PageForm):
    """An address to register."""

    label = forms.CharField(label=N_("Name"), help_text=N_("What you call this system."), max_length=100)
    address = forms.CharField(
        label=N_("Address"),
        help_text=N_("It starts with https://. It is not shown again: many contain a key."),
        max_length=_MOST,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )


@require_safe
@signed_in
def show(request: PageRequest) -> HttpResponse:
    """Show where alarms go, and what became of the last ones."""
    shown = webhooks_shown(webhooks.list_webhooks(actor=request.actor))
    may_change = permits(request.actor, "alarm.configure")
    return render(request, "portal/alarms.html", {"section": "alarms", "webhooks": shown, "may_change": may_change})


@require_http_methods(["GET", "POST"])
@signed_in
def add(request: PageRequest) -> HttpResponse:
    """Register an address, and show its key this once."""
    authorize(request.actor, "alarm.configure")
    form = WebhookForm(request.POST or None, language=request.language)
    registered = None
    if form.is_valid():
        try:
            with once(request):
                registered = webhooks.add_webhook(**form.cleaned_data, actor=request.actor)
        except FormSentBefore:
            tell(request, _ADDED_BEFORE)
            return redirect("alarms")
        except WrongUse as error:
            form.refuse(error)
        except InputRefused as error:
            form.refuse(error, field="address")
    shown = {"section": "alarms", "form": form, "registered": registered}
    return render(request, "portal/alarm_add.html", shown, status=422 if form.wrong else 200)


@require_POST
@signed_in
def try_out(request: PageRequest, number: int) -> HttpResponse:
    """Send a trial; the list then shows what came of it."""
    with suppress(FormSentBefore):
        webhooks.try_webhook(number, actor=request.actor, once=once(request))
    return redirect("alarms")


@require_http_methods(["GET", "POST"])
@signed_in
def remove(request: PageRequest, number: int) -> HttpResponse:
    """Say what follows, and send no more alarms to an address."""
    authorize(request.actor, "alarm.configure")
    if request.method == "POST":
        done_once(request, lambda: webhooks.remove_webhook(number, actor=request.actor))
        return redirect("alarms")
    found = next((one for one in webhooks.list_webhooks(actor=request.actor) if one.webhook.pk == number), None)
    if found is None:
        raise WebhookNotFound(number=str(number))
    data = {"label": found.webhook.label, "count": found.waiting_count}
    decision = Decision(
        action="alarm.configure",
        label=translate(_REMOVE, request.language),
        consequences=tuple(translate(one, request.language, data) for one in _CONSEQUENCES),
        final=True,
        halting=True,
    )
    shown = {
        "section": "alarms",
        "title": found.webhook.label,
        "back": reverse("alarms"),
        "decision": decision,
        "form": ConfirmedForm(language=request.language),
    }
    return render(request, "portal/decide.html", shown)


_REMOVE = N_("Remove the address")
_CONSEQUENCES = (
    N_("No more alarms are sent to {label}. Alarms that are still waiting ({count}) are not sent."),
    N_("To send alarms there again, it must be registered again, with a new key."),
)
