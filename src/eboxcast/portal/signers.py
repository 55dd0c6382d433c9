"""The certificates with which institutions sign what they deliver: registering one, ending one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from eboxcast.accounts.errors import FormSentBefore
from eboxcast.exchange import signers
from eboxcast.lib.errors import InputRefused
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

_ADDED = N_("The certificate is registered: {fingerprint}. Compare it with the institution, over the phone.")
_ADDED_BEFORE = N_(
    "This form was sent before, and the certificate is registered. Compare its fingerprint with the institution, over "
    "the phone."
)
_ENDED = N_("The certificate was ended.")
_END = N_("End the certificate")
_CONSEQUENCES = (
    N_("Sets that {institution} signs with {label} are refused."),
    N_("If it is the last one, its sets need no signature any more."),
)


class SignerForm(PageForm):
    """A certificate to register."""

    institution = forms.ChoiceField(label=N_("Institution"))
    label = forms.CharField(
        label=N_("Name"), help_text=N_("What it is for, such as the name of a program."), max_length=MOST_OF_A_NAME
    )
    certificate = forms.CharField(
        label=N_("Certificate"),
        help_text=N_("The content of the file (PEM): it starts with -----BEGIN CERTIFICATE-----."),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, institutions: Iterable[Institution], language: str, **kwargs: Any) -> None:
        super().__init__(*args, language=language, **kwargs)
        named = sorted((name_in(one.names, language), one.cbe) for one in institutions)
        self.fields["institution"].choices = [(cbe, f"{name} ({cbe})") for name, cbe in named]  # type: ignore[attr-defined]  # a choice


@require_http_methods(["GET", "POST"])
@signed_in
def add(request: PageRequest) -> HttpResponse:
    """Register a certificate."""
    authorize(request.actor, "signer.add")
    form = SignerForm(request.POST or None, institutions=institutions_of(request.actor), language=request.language)
    if form.is_valid():
        given = form.cleaned_data
        certificate = given["certificate"].encode()
        try:
            with once(request):
                added = signers.add_signer(given["institution"], certificate, label=given["label"], actor=request.actor)
        except FormSentBefore:
            tell(request, _ADDED_BEFORE)
            return redirect("drop-folders")
        except InputRefused as error:
            form.refuse(error, field="certificate")
        else:
            tell(request, _ADDED, fingerprint=added.fingerprint)
            return redirect("drop-folders")
    shown = {"section": "drop-folders", "form": form, "form_id": form_id(request)}
    return render(request, "portal/signer_add.html", shown, status=422 if form.wrong else 200)


@require_http_methods(["GET", "POST"])
@signed_in
def end(request: PageRequest, number: int) -> HttpResponse:
    """Say what follows, and end a certificate."""
    authorize(request.actor, "signer.end")
    if request.method == "POST":
        signers.end_signer(number, actor=request.actor)
        tell(request, _ENDED)
        return redirect("drop-folders")
    signer = signers.find_signer(number, actor=request.actor)
    names = Institution.objects.get(cbe=signer.institution).names
    data = {"label": signer.label, "institution": f"{name_in(names, request.language)} ({signer.institution})"}
    decision = Decision(
        action="signer.end",
        label=translate(_END, request.language),
        consequences=tuple(translate(one, request.language, data) for one in _CONSEQUENCES),
        final=True,
        halting=True,
    )
    shown = {
        "section": "drop-folders",
        "title": signer.label,
        "back": reverse("drop-folders"),
        "decision": decision,
        "form": ConfirmedForm(language=request.language),
    }
    return render(request, "portal/decide.html", shown)
