"""The keys by which institutions reach their drop folders over SFTP: registering one, ending one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from eboxcast.accounts.errors import FormSentBefore
from eboxcast.exchange import keys
from eboxcast.lib.errors import InputRefused, WrongUse
from eboxcast.lib.free_text import MOST_OF_A_NAME
from eboxcast.lib.policy import authorize
from eboxcast.lib.translation import N_, name_in, translate
from eboxcast.portal.confirming import ConfirmedForm
from eboxcast.portal.once import form_id, once
from eboxcast.portal.told import tell
from eboxcast.presenters.schemas.live import Decision
from eboxcast.senders.lookup import institutions_of
from eboxcast.senders.models import Institution
from eboxcast.web.forms import PageForm
from eboxcast.web.requests import PageRequest
from eboxcast.web.visitors import signed_in

_ADDED = N_("The key is registered: {fingerprint}. Compare it with the institution, over the phone.")
_ADDED_BEFORE = N_(
    "This form was sent before, and the key is registered. Compare its fingerprint with the institution, over the "
    "phone."
)
_ENDED = N_("The key was ended.")
_END = N_("End the key")
_CONSEQUENCES = (
    N_("{label} of {institution} can no longer sign in. Open connections are closed within a minute."),
    N_("To sign in again, the institution needs another key."),
)


class KeyForm(PageForm):
    """A key to register."""

    institution = forms.ChoiceField(label=N_("Institution"))
    label = forms.CharField(
        label=N_("Name"), help_text=N_("What it is for, such as the name of a machine."), max_length=MOST_OF_A_NAME
    )
    key = forms.CharField(
        label=N_("Public key"),
        help_text=N_("The content of the .pub file: one line that starts with ssh-ed25519 or similar."),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
    )
    days = forms.IntegerField(
        label=N_("Days it is valid"), min_value=1, max_value=keys.MOST_DAYS, initial=keys.USUAL_DAYS
    )

    widths = {"days": "short"}  # noqa: RUF012 - as in the base class

    def __init__(self, *args: Any, institutions: Iterable[Institution], language: str, **kwargs: Any) -> None:
        super().__init__(*args, language=language, **kwargs)
        named = sorted((name_in(one.names, language), one.cbe) for one in institutions)
        self.fields["institution"].choices = [(cbe, f"{name} ({cbe})") for name, cbe in named]  # type: ignore[attr-defined]  # a choice


@require_http_methods(["GET", "POST"])
@signed_in
def add(request: PageRequest) -> HttpResponse:
    """Register a key."""
    authorize(request.actor, "sftp_key.add")
    known = institutions_of(request.actor)
    form = KeyForm(request.POST or None, institutions=known, language=request.language)
    if form.is_valid():
        try:
            with once(request):
                added = keys.add_key(**form.cleaned_data, actor=request.actor)
        except FormSentBefore:
            tell(request, _ADDED_BEFORE)
            return redirect("drop-folders")
        except WrongUse as error:
            form.refuse(error)
        except InputRefused as error:
            form.refuse(error, field="key")
        else:
            tell(request, _ADDED, fingerprint=added.fingerprint)
            return redirect("drop-folders")
    shown = {"section": "drop-folders", "form": form, "form_id": form_id(request)}
    return render(request, "portal/sftp_key_add.html", shown, status=422 if form.wrong else 200)


@require_http_methods(["GET", "POST"])
@signed_in
def end(request: PageRequest, number: int) -> HttpResponse:
    """Say what follows, and end a key."""
    authorize(request.actor, "sftp_key.end")
    if request.method == "POST":
        keys.end_key(number, actor=request.actor)
        tell(request, _ENDED)
        return redirect("drop-folders")
    key = keys.find_key(number, actor=request.actor)
    names = Institution.objects.get(cbe=key.institution).names
    data = {"label": key.label, "institution": f"{name_in(names, request.language)} ({key.institution})"}
    decision = Decision(
        action="sftp_key.end",
        label=translate(_END, request.language),
        consequences=tuple(translate(one, request.language, data) for one in _CONSEQUENCES),
        final=True,
        halting=True,
    )
    shown = {
        "section": "drop-folders",
        "title": key.label,
        "back": reverse("drop-folders"),
        "decision": decision,
        "form": ConfirmedForm(language=request.language),
    }
    return render(request, "portal/decide.html", shown)
