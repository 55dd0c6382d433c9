"""The certificates with which institutions sign what they deliver: registering one, ending one."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from eboxcast.exchange import signers
from eboxcast.lib.free_text import MOST_OF_A_NAME
from eboxcast.lib.policy import authorize
from eboxcast.lib.translation import N_
from eboxcast.portal.registering import RegisteringForm, Words, ask_to_end, ended, register
from eboxcast.senders.lookup import institutions_of
from eboxcast.web.requests import PageRequest
from eboxcast.web.visitors import signed_in

_WORDS = Words(
    register=N_("Register a certificate"),
    lead=N_(
        "With it the institution signs what it delivers. From then on each set for production needs signatures, and "
        "others are refused."
    ),
    added=N_("The certificate is registered: {fingerprint}. Compare it with the institution, over the phone."),
    added_before=N_(
        "This form was sent before, and the certificate is registered. Compare its fingerprint with the institution, "
        "over the phone."
    ),
    end=N_("End the certificate"),
    ended=N_("The certificate was ended."),
    consequences=(
        N_("Sets that {institution} signs with {label} are refused."),
        N_("If it is the last one, its sets need no signature any more."),
    ),
)


class SignerForm(RegisteringForm):
    """A certificate to register."""

    label = forms.CharField(
        label=N_("Name"), help_text=N_("What it is for, such as the name of a program."), max_length=MOST_OF_A_NAME
    )
    certificate = forms.CharField(
        label=N_("Certificate"),
        help_text=N_("The content of the file (PEM): it starts with -----BEGIN CERTIFICATE-----."),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off", "spellcheck": "false"}),
    )


@require_http_methods(["GET", "POST"])
@signed_in
def add(request: PageRequest) -> HttpResponse:
    """Register a certificate."""
    authorize(request.actor, "signer.add")
    form = SignerForm(request.POST or None, institutions=institutions_of(request.actor), language=request.language)
    return register(
        request,
        form,
        lambda given: signers.add_signer(
            given["institution"], given["certificate"].encode(), label=given["label"], actor=request.actor
        ),
        field="certificate",
        words=_WORDS,
    )


@require_http_methods(["GET", "POST"])
@signed_in
def end(request: PageRequest, number: int) -> HttpResponse:
    """Say what follows, and end a certificate."""
    authorize(request.actor, "signer.end")
    if request.method == "POST":
        signers.end_signer(number, actor=request.actor)
        return ended(request, _WORDS)
    return ask_to_end(request, signers.find_signer(number, actor=request.actor), action="signer.end", words=_WORDS)
