"""An email when a message comes, by choice: the address, its confirmation, and the end of it."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from eboxcast.inbox.visits import InboxRequest, options_of, signed_in
from eboxcast.lib.telling import remedy_in, sentence_in
from eboxcast.lib.translation import N_
from eboxcast.mailboxes.errors import ConfirmationOver, NoSecret, TooManyAddresses
from eboxcast.mailboxes.mail_choices import (
    ask_for_mails,
    confirm_mails,
    forget_asked,
    look_at_link,
    mail_choice_of,
    stop_mails,
    stop_mails_by_link,
)
from eboxcast.mailboxes.recipients import Recipient
from eboxcast.notices.recipient_mails import MailNotSent, confirm_address
from eboxcast.web.forms import PageForm
from eboxcast.web.requests import form_id

_LONGEST = 254
_GONE = 404


class AddressForm(PageForm):
    """Where emails are to go."""

    address = forms.EmailField(
        label=N_("Email address"),
        help_text=N_("We send a link to this address. The address is used only after you open that link."),
        max_length=_LONGEST,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


@require_http_methods(["GET", "POST"])
@signed_in
def show(request: InboxRequest, environment: str) -> HttpResponse:
    """Show what somebody chose, take another address, or end it."""
    recipient = request.visit.recipient
    if request.method == "POST" and "stop" in request.POST:
        stop_mails(recipient)
        return redirect(f"{environment}:email")
    form = AddressForm(request.POST or None, language=request.language)
    if form.is_valid():
        address = form.cleaned_data["address"]
        try:
            _ask(recipient, address, language=request.language, form=form_id(request))
        except (TooManyAddresses, MailNotSent, NoSecret) as error:
            form.refuse(error, field="address")
        else:
            return redirect(f"{environment}:email")
    shown = {
        "environment": environment,
        "visit": request.visit,
        "section": "email",
        "choice": mail_choice_of(recipient),
        "form": form,
    }
    return render(request, "inbox/email.html", shown, status=422 if form.wrong else 200)


def _ask(recipient: Recipient, address: str, *, language: str, form: UUID) -> None:
    """Send the link to an address, once for a form. Raises TooManyAddresses, NoSecret, MailNotSent."""
    text = ask_for_mails(recipient, address, language=language, form=form)
    try:
        if text:
            confirm_address(address, text, language=language)
    except MailNotSent:
        forget_asked(recipient.environment, text)
        raise


@require_http_methods(["GET", "POST"])
def confirm(request: InboxRequest, environment: str, text: str) -> HttpResponse:
    """Confirm an address by the link that was sent to it: with a button, as programs open the links of mails too."""
    options_of(environment)
    try:
        if request.method == "POST":
            confirm_mails(environment, text)
        else:
            look_at_link(environment, text)
    except ConfirmationOver as over:
        said = {"sentence": sentence_in(over, request.language), "remedy": remedy_in(over, request.language)}
        return render(request, "inbox/email_link.html", {"environment": environment, **said}, status=_GONE)
    return _by_link(request, environment, "confirmed" if request.method == "POST" else "confirm")


@csrf_exempt
@require_http_methods(["GET", "POST"])
def stop(request: InboxRequest, environment: str, text: str) -> HttpResponse:
    """End the mails by the link in one of them; a POST does, which programs that show mails send by themselves."""
    options_of(environment)
    if request.method == "POST":
        stop_mails_by_link(environment, text)
    return _by_link(request, environment, "stopped" if request.method == "POST" else "stop")


def _by_link(request: InboxRequest, environment: str, step: str) -> HttpResponse:
    return render(request, "inbox/email_link.html", {"environment": environment, "step": step})
