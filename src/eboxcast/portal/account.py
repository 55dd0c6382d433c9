"""Somebody's own account: who they are, their mails, their password, and where they are signed in."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from eboxcast.accounts import passkeys
from eboxcast.accounts.errors import FormSentBefore, PasswordUnfit, PasswordWrong, TooManyTries
from eboxcast.accounts.factors import is_needed, own_factors
from eboxcast.accounts.passwords import change_password
from eboxcast.accounts.sessions import end_session, sessions_of
from eboxcast.accounts.sign_on import links_of
from eboxcast.lib import clock
from eboxcast.lib.errors import InputRefused
from eboxcast.lib.translation import N_
from eboxcast.presenters.people import MAILS
from eboxcast.senders.people import set_preferences
from eboxcast.web.forms import PageForm, options
from eboxcast.web.language import NAMES, remember
from eboxcast.web.requests import PageRequest, form_id
from eboxcast.web.visitors import renew_visit, signed_in_for_account

_MOST = 200


class PreferencesForm(PageForm):
    """How somebody wants what we write to them."""

    written_in = forms.ChoiceField(
        label=N_("Language"), help_text=N_("For your emails, and for the pages in this browser."), choices=[]
    )
    mails = forms.ChoiceField(
        label=N_("Emails"),
        help_text=N_("The daily email comes at 7:00. Urgent emails always come at once."),
        choices=options(MAILS),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # as the form of the kit takes them
        self.fields["written_in"].choices = list(NAMES.items())  # type: ignore[attr-defined]  # in their own names


class ChangeForm(PageForm):
    """A new password, and the one that counts until now."""

    current = forms.CharField(
        label=N_("Current password"),
        max_length=_MOST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = forms.CharField(
        label=N_("New password"),
        help_text=N_("At least 12 characters. A few words in a row are easy to remember and hard to guess."),
        max_length=_MOST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


@require_http_methods(["GET", "POST"])
@signed_in_for_account
def show(request: PageRequest) -> HttpResponse:
    """Show somebody their account, and change how they get mails."""
    assert request.account is not None  # noqa: S101 - the decorator asked
    person = request.account.person
    form = PreferencesForm(
        request.POST or None,
        language=request.language,
        initial={"written_in": person.language, "mails": person.mails},
    )
    if form.is_valid():
        chosen = form.cleaned_data
        try:
            set_preferences(language=chosen["written_in"], mails=chosen["mails"], actor=request.actor)
        except InputRefused as error:
            form.refuse(error)
        else:
            response = redirect("account")
            remember(response, chosen["written_in"])
            return response
    visits = sessions_of(request.session.session_key or "", actor=request.actor)
    shown = {
        "section": "account",
        "person": person,
        "form": form,
        "visits": visits,
        "factors": own_factors(actor=request.actor),
        "needed": is_needed(request.actor, kind=request.installation_kind),
        "due": request.factor_due,
        "over": request.factor_due is not None and request.factor_due <= clock.now(),
        "has_password": request.account.has_usable_password(),
        "links": links_of(request.account),
        "passkeys_possible": passkeys.are_possible(),
    }
    return render(request, "portal/account.html", shown, status=422 if form.wrong else 200)


@sensitive_post_parameters("current", "password")
@require_http_methods(["GET", "POST"])
@signed_in_for_account
def set_password(request: PageRequest) -> HttpResponse:
    """Change somebody's password; their other sessions end."""
    form = ChangeForm(request.POST or None, language=request.language)
    status = 200
    if form.is_valid():
        try:
            account = change_password(
                form.cleaned_data["current"],
                form.cleaned_data["password"],
                address=request.META["REMOTE_ADDR"],
                actor=request.actor,
                form=form_id(request),
            )
        except FormSentBefore:
            return redirect("account")
        except (PasswordUnfit, PasswordWrong, TooManyTries) as error:
            form.refuse(error, field="password" if isinstance(error, PasswordUnfit) else "current")
            status = 429 if isinstance(error, TooManyTries) else 422
        else:
            renew_visit(request, account)
            return redirect("account")
    return render(request, "portal/account_password.html", {"form": form}, status=status)


@require_POST
@signed_in_for_account
def end(request: PageRequest) -> HttpResponse:
    """End the session that somebody names, one of theirs."""
    end_session(request.POST.get("session", ""), actor=request.actor)
    return redirect("account")
