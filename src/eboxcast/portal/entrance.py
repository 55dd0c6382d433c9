"""Signing in and out: by password, with a second factor where there is one, by a passkey alone, by an invitation."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import forms
from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from eboxcast.accounts import passkeys
from eboxcast.accounts.errors import CodeWrong, PasskeyRefused, PasswordUnfit, SignInRefused, TooManyTries
from eboxcast.accounts.factors import PASSKEY, ask_for_passkey, factors_of, show_code, show_passkey, tell
from eboxcast.accounts.invitations import accept_invitation, ask_new_password, invited
from eboxcast.accounts.models import Account
from eboxcast.accounts.signing_in import account_in_force, note_sign_in, people_to_try, sign_in_by_name
from eboxcast.accounts.signing_in import sign_in as sign_in_account
from eboxcast.lib import clock
from eboxcast.lib.formatting import iso
from eboxcast.lib.telling import told_in
from eboxcast.lib.translation import N_
from eboxcast.web.errors import status_of
from eboxcast.web.forms import PageForm
from eboxcast.web.kept_forms import KEPT, forget_whose, open_kept
from eboxcast.web.requests import PageRequest, form_id
from eboxcast.web.visitors import NEXT, begin_visit, came_for, end_visit, signed_in_for_account

_MOST = 200
_HALFWAY, _ASKED, _HOW = "halfway", "asked", "how"
PROVIDER = "provider"
_HALFWAY_HOLDS = timedelta(minutes=10)
_PASSWORD, _NAME, _INVITATION = "password", "name", "invitation"


class SignInForm(PageForm):
    """Who it is."""

    identity = forms.CharField(
        label=N_("Email address or login"),
        max_length=_MOST,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=N_("Password"),
        max_length=_MOST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CodeForm(PageForm):
    """A code of the app, or a recovery code."""

    code = forms.CharField(
        label=N_("Code"),
        help_text=N_("The six digits that your app shows, or one of your recovery codes."),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


class ForgottenForm(PageForm):
    """Who forgot their password."""

    identity = forms.CharField(
        label=N_("Email address or login"),
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
        return _show_what_they_came_for(request, request.account)
    if "person" in request.POST:
        return enter(request, sign_in_by_name(request.POST["person"]), how=_NAME)
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
            return enter_or_ask_more(request, account, how=_PASSWORD)
    return _sign_in_page(request, form, status=status)


@require_http_methods(["GET", "POST"])
def second_factor(request: PageRequest) -> HttpResponse:
    """Ask whoever knows the password for their second factor: a code, or one of their passkeys."""
    account = _halfway(request)
    if account is None:
        return redirect("sign-in")
    form = CodeForm(request.POST if "code" in request.POST else None, language=request.language)
    problem, status = "", 200
    if form.is_valid():
        try:
            shown = show_code(account, form.cleaned_data["code"], address=request.META["REMOTE_ADDR"])
        except (CodeWrong, TooManyTries) as error:
            form.refuse(error, field="code")
            status = 429 if isinstance(error, TooManyTries) else 200
        else:
            return enter(request, account, how=_PASSWORD, factor=shown)
    if "answer" in request.POST:
        try:
            passkey_shown(request, account)
        except (PasskeyRefused, TooManyTries) as error:
            problem = told_in(error, request.language)
            status = 429 if isinstance(error, TooManyTries) else 200
        else:
            return enter(request, account, how=_PASSWORD, factor=PASSKEY)
    page = {"form": form, "factors": factors_of(account), "problem": problem}
    return render(request, "portal/second_factor.html", page, status=status)


@require_POST
def ask_passkey(request: PageRequest) -> HttpResponse:
    """Answer a script with what a browser is to be asked: a passkey of whoever is half-way, or any for this site."""
    asked, challenge = ask_for_passkey(_halfway(request))
    request.session[_ASKED] = challenge
    return JsonResponse(asked)


@require_POST
def sign_in_by_passkey(request: PageRequest) -> HttpResponse:
    """Sign somebody in by a passkey alone, which is two factors in one."""
    try:
        account = passkey_shown(request, None)
    except (PasskeyRefused, TooManyTries) as error:
        form, problem = SignInForm(language=request.language), told_in(error, request.language)
        return _sign_in_page(request, form, problem=problem, status=429 if isinstance(error, TooManyTries) else 200)
    return enter(request, account, how=PASSKEY, factor=PASSKEY)


@require_http_methods(["GET"])
@signed_in_for_account
def factor_needed(request: PageRequest) -> HttpResponse:
    """Tell somebody who has signed in from when on they need a second factor."""
    if request.factor_due is None:
        return redirect("home")
    shown = {"due": request.factor_due, "over": request.factor_due <= clock.now(), "next": came_for(request)}
    return render(request, "portal/factor_needed.html", shown)


@require_POST
def sign_out(request: PageRequest) -> HttpResponse:
    """Sign out."""
    elsewhere = request.session.get(_HOW) == PROVIDER and settings.EBOXCAST_SIGN_ON is not None
    end_visit(request)
    response = redirect("signed-out" if elsewhere else "sign-in")
    forget_whose(response)
    return response


@require_http_methods(["GET", "POST"])
def forgotten(request: PageRequest) -> HttpResponse:
    """Have whoever forgot their password be sent a link; the answer never tells whether there is such an account."""
    form = ForgottenForm(request.POST or None, language=request.language)
    if form.is_valid():
        try:
            ask_new_password(form.cleaned_data["identity"], address=request.META["REMOTE_ADDR"], form=form_id(request))
        except TooManyTries as error:
            form.refuse(error)
            return render(request, "portal/forgotten.html", {"form": form}, status=status_of(error))
        return render(request, "portal/forgotten.html", {"asked": True})
    return render(request, "portal/forgotten.html", {"form": form})


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def accept(request: PageRequest, text: str) -> HttpResponse:
    """Let somebody who was invited set a password, and sign them in; who has a second factor shows it too."""
    person = invited(text)
    form = PasswordForm(request.POST or None, language=request.language)
    if form.is_valid():
        try:
            account = accept_invitation(text, form.cleaned_data["password"])
        except PasswordUnfit as error:
            form.refuse(error, field="password")
        else:
            return enter_or_ask_more(request, account, how=_INVITATION)
    return render(
        request,
        "portal/invitation.html",
        {"form": form, "person": person, "text": text, "sign_on": settings.EBOXCAST_SIGN_ON},
    )


def enter_or_ask_more(request: PageRequest, account: Account, *, how: str, after: str = "") -> HttpResponse:
    """Sign somebody in who showed who they are; ask whoever has a second factor for it first."""
    if not factors_of(account).any:
        return enter(request, account, how=how, after=after)
    kept = {
        "account": account.pk,
        "at": iso(clock.now()),
        "next": after or came_for(request),
        "kept": _kept_text(request),
        "how": how,
    }
    request.session.flush()  # under a new key, so that one planted before is worth nothing
    request.session[_HALFWAY] = kept
    return redirect("second-factor")


def enter(request: PageRequest, account: Account, *, how: str, factor: str = "", after: str = "") -> HttpResponse:
    """Sign somebody in, and show what they came for."""
    halfway = request.session.get(_HALFWAY, {})
    kept = halfway.get("kept", "") or _kept_text(request)
    begin_visit(request, account, factor=factor)
    request.session[_HOW] = halfway.get("how", how)
    note_sign_in(account, how=factor or how)
    return _show_what_they_came_for(
        request,
        account,
        kept=kept,
        after=halfway.get("next", "") or after,
        told=not factor,
    )


def passkey_shown(request: PageRequest, account: Account | None) -> Account:
    """Return whose passkey a browser has shown, as it was asked. Raises PasskeyRefused, TooManyTries."""
    challenge = request.session.pop(_ASKED, None)  # good for one answer
    if challenge is None:
        raise PasskeyRefused
    return show_passkey(request.POST.get("answer", ""), challenge, account=account, address=request.META["REMOTE_ADDR"])


def _show_what_they_came_for(
    request: PageRequest, account: Account, *, kept: str = "", after: str = "", told: bool = False
) -> HttpResponse:
    """Return a page, or a form they had sent when their session had ended; first of all what they must know."""
    form = open_kept(kept or request.POST.get(KEPT, ""), account.pk)
    if form is not None:
        return render(request, "web/continue.html", {"form": form})
    after = after or came_for(request)
    found = account_in_force(account.pk) if told else None
    if found is not None and tell(*found, kind=request.installation_kind):
        return HttpResponseRedirect(f"{redirect('factor-needed').url}?{urlencode({NEXT: after})}")
    return HttpResponseRedirect(after)


def _kept_text(request: PageRequest) -> str:
    """Return the form, sealed, that came along: in the page, or in the session where somebody was sent elsewhere."""
    return str(request.POST.get(KEPT, "") or request.session.get(KEPT, ""))


def _halfway(request: PageRequest) -> Account | None:
    """Return who has shown their password here not long ago, and has to show more."""
    kept = request.session.get(_HALFWAY)
    if not kept or clock.now() - datetime.fromisoformat(kept["at"]) > _HALFWAY_HOLDS:
        return None
    found = account_in_force(kept["account"])
    return found[0] if found else None


def _sign_in_page(request: PageRequest, form: SignInForm, *, status: int, problem: str = "") -> HttpResponse:
    asked = request.POST.get(NEXT) or request.GET.get(NEXT) or ""
    if settings.EBOXCAST_SIGN_ON is not None and KEPT in request.POST:
        request.session[KEPT] = request.POST[KEPT]  # a link to the provider takes nothing along
    shown = {
        "form": form,
        "problem": problem,
        "next": asked,
        "kept": request.POST.get(KEPT, ""),
        "people": people_to_try(),
        "passkeys_possible": passkeys.are_possible(),
        "sign_on": settings.EBOXCAST_SIGN_ON,
    }
    return render(request, "portal/sign_in.html", shown, status=status)
