"""The keys by which institutions reach their drop folders over SFTP: registering one, ending one."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from eboxcast.exchange import keys
from eboxcast.lib.free_text import MOST_OF_A_NAME
from eboxcast.lib.policy import authorize
from eboxcast.lib.translation import N_
from eboxcast.portal.registering import RegisteringForm, Words, ask_to_end, ended, register
from eboxcast.senders.lookup import institutions_of
from eboxcast.web.requests import PageRequest
from eboxcast.web.visitors import signed_in

_WORDS = Words(
    register=N_("Register a key"),
    lead=N_("With this key the institution reaches its own drop folder over SFTP, and nothing else."),
    added=N_("The key is registered: {fingerprint}. Compare it with the institution, over the phone."),
    added_before=N_(
        "This form was sent before, and the key is registered. Compare its fingerprint with the institution, over the "
        "phone."
    ),
    end=N_("End the key"),
    ended=N_("The key was ended."),
    consequences=(
        N_("{label} of {institution} can no longer sign in. Open connections are closed within a minute."),
        N_("To sign in again, the institution needs another key."),
    ),
)


class KeyForm(RegisteringForm):
    """A key to register."""

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


@require_http_methods(["GET", "POST"])
@signed_in
def add(request: PageRequest) -> HttpResponse:
    """Register a key."""
    authorize(request.actor, "sftp_key.add")
    form = KeyForm(request.POST or None, institutions=institutions_of(request.actor), language=request.language)
    return register(request, form, lambda given: keys.add_key(**given, actor=request.actor), field="key", words=_WORDS)


@require_http_methods(["GET", "POST"])
@signed_in
def end(request: PageRequest, number: int) -> HttpResponse:
    """Say what follows, and end a key."""
    authorize(request.actor, "sftp_key.end")
    if request.method == "POST":
        keys.end_key(number, actor=request.actor)
        return ended(request, _WORDS)
    return ask_to_end(request, keys.find_key(number, actor=request.actor), action="sftp_key.end", words=_WORDS)
