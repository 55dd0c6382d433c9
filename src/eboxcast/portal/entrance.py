"""Signing in and out, and the page behind the link of an invitation."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from eboxcast.accounts.errors import PasswordUnfit, SignInRefused, TooManyTries
from eboxcast.accounts.invitations import accept_invitation, ask_new_password, invited
from eboxcast.accounts.models import Account
from eboxcast.accounts.signing_in import people_to_try, sign_in_by_name
from eboxcast.accounts.signing_in import sign_in as sign_in_account
from eboxcast.lib.translation import N_
from eboxcast.web.errors import status_of
from eboxcast.web.forms import PageForm
from eboxcast.web.kept_forms import KEPT, forget_whose, kept_form
from eboxcast.web.requests import PageRequest
from eboxcast.web.visitors import NEXT, begin_visit, came_for, end_visit

_MOST = 200


class SignInForm(PageForm):
    """Who it is."""

    identity = forms.CharField(
        label=N_("Email address or name"),
        max_length=_MOST,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=N_("Password"),
        max_length=_MOST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class ForgottenForm(PageForm):
    """Who forgot their password."""

    identity = forms.CharField(
        label=N_("Email address or name"),
        max_length=_MOST,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )


class PasswordForm(PageForm):
    """A new password."""

    password = forms.CharField(
        label=N_("Password"),
        help_text=N_("At least 12 characters. A few words in a row are easy to remember and hard to guess."),
        max_length=_MOST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: PageRequest) -> HttpResponse:
    """Sign somebody in, and show what they came for; on a demo or test installation also by a name alone."""
    if request.account is not None:
        return _enter(request, request.account)
    if "person" in request.POST:
        account = sign_in_by_name(request.POST["person"])
        begin_visit(request, account)
        return _enter(request, account)
    form = SignInForm(request.POST if "identity" in request.POST else None, language=request.language)
    status = 200
    if form.is_valid():
        try:
            account = sign_in_account(
                form.cleaned_data["identity"], form.cleaned_data["password"], address=request.META["REMOTE_ADDR"]
            )
        except (SignInRefused, TooManyTries) as error:
            form.refuse(error)
            status = 429 if isinstance(error, TooManyTries) else 200
        else:
            begin_visit(request, account)
            return _enter(request, account)
    asked = request.POST.get(NEXT) or request.GET.get(NEXT) or ""
    shown = {"form": form, "next": asked, "kept": request.POST.get(KEPT, ""), "people": people_to_try()}
    return render(request, "portal/sign_in.html", shown, status=status)


def _enter(request: PageRequest, account: Account) -> HttpResponse:
    """Return what somebody came for: a page, or a form they had sent when their session had ended."""
    kept = kept_form(request, account.pk)
    return render(request, "web/continue.html", {"form": kept}) if kept else HttpResponseRedirect(came_for(request))


@require_POST
def sign_out(request: PageRequest) -> HttpResponse:
    """Sign out."""
    end_visit(request)
    response = redirect("sign-in")
    forget_whose(response)
    return response


@require_http_methods(["GET", "POST"])
def forgotten(request: PageRequest) -> HttpResponse:
    """Have whoever forgot their password be sent a link; the answer never tells whether there is such an account."""
    form = ForgottenForm(request.POST or None, language=request.language)
    if form.is_valid():
        try:
            ask_new_password(form.cleaned_data["identity"], address=request.META["REMOTE_ADDR"])
        except TooManyTries as error:
            form.refuse(error)
            return render(request, "portal/forgotten.html", {"form": form}, status=status_of(error))
        return render(request, "portal/forgotten.html", {"asked": True})
    return render(request, "portal/forgotten.html", {"form": form})


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def accept(request: PageRequest, text: str) -> HttpResponse:
    """Let somebody who was invited set a password, and sign them in."""
    person = invited(text)
    form = PasswordForm(request.POST or None, language=request.language)
    if form.is_valid():
        try:
            account = accept_invitation(text, form.cleaned_data["password"])
        except PasswordUnfit as error:
            form.refuse(error, field="password")
        else:
            begin_visit(request, account)
            return redirect("home")
    return render(request, "portal/invitation.html", {"form": form, "person": person})
