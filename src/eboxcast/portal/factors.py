"""Somebody's second factor: setting up an app or a passkey, recovery codes, and showing first who one is."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

import segno
from django import forms
from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.safestring import mark_safe
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eboxcast.accounts import factors, passkeys
from eboxcast.accounts.errors import (
    CodeWrong,
    FormSentBefore,
    PasskeyRefused,
    PasswordWrong,
    ProofTooOld,
    SetUpAgain,
    TooManyTries,
)
from eboxcast.accounts.passwords import confirm_password, own_account
from eboxcast.lib import sealing
from eboxcast.lib.telling import told_in
from eboxcast.lib.translation import N_
from eboxcast.portal.entrance import passkey_shown
from eboxcast.portal.once import done_once, once, sent_before
from eboxcast.web.forms import PageForm
from eboxcast.web.requests import PageRequest
from eboxcast.web.visitors import FACTOR, NEXT, came_for, note_proof, proved_at, signed_in_for_account

P = ParamSpec("P")
View = Callable[Concatenate[PageRequest, P], HttpResponse]

_BEGUN, _ASKED, _CODES = "app_begun", "passkey_asked", "recovery_codes"
_QR_SCALE = 5


class NewAppForm(PageForm):
    """The first code of an app."""

    code = forms.CharField(
        label=N_("Code"),
        help_text=N_("The six digits that the app shows now."),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
    widths = {"code": "short"}  # noqa: RUF012 - as in the base class


class NewPasskeyForm(PageForm):
    """What somebody calls a passkey."""

    name = forms.CharField(
        label=N_("Name of the passkey"),
        help_text=N_("Such as the device it is on. You see it when you remove one."),
        max_length=60,
        required=False,
    )


class ProofForm(PageForm):
    """The password, once more."""

    password = forms.CharField(
        label=N_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


def after_proof(view: View[P]) -> View[P]:
    """Have somebody show again who they are where an action asks for it, and bring them back."""

    @wraps(view)
    def answer(request: PageRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except ProofTooOld:
            after = request.get_full_path() if request.method == "GET" else redirect("account").url
            return HttpResponseRedirect(f"{redirect('account-proof').url}?{urlencode({NEXT: after})}")

    return cast("View[P]", answer)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@signed_in_for_account
def prove(request: PageRequest) -> HttpResponse:
    """Have somebody show again who they are: by their password, or by a passkey."""
    account = own_account(request.actor)
    form = ProofForm(request.POST if "password" in request.POST else None, language=request.language)
    problem, status = "", 200
    try:
        if form.is_valid():
            confirm_password(account, form.cleaned_data["password"], address=request.META["REMOTE_ADDR"])
            note_proof(request)
            return HttpResponseRedirect(came_for(request))
        if "answer" in request.POST:
            passkey_shown(request, account)
            note_proof(request, factor=factors.PASSKEY)
            return HttpResponseRedirect(came_for(request))
    except (PasswordWrong, PasskeyRefused, TooManyTries) as error:
        problem, status = told_in(error, request.language), 429 if isinstance(error, TooManyTries) else 422
    shown = {
        "form": form,
        "problem": problem,
        "next": came_for(request),
        "has_password": account.has_usable_password(),
        "has_passkeys": account.passkeys.exists(),
    }
    return render(request, "portal/account_proof.html", shown, status=status)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
@signed_in_for_account
@after_proof
def set_up_app(request: PageRequest) -> HttpResponse:
    """Show the QR code of a new app, and keep it once it shows the right code."""
    if sent_before(request):
        return redirect("account-codes")
    begun = _begun(request)
    form = NewAppForm(request.POST or None, language=request.language)
    status = 200
    if form.is_valid():
        try:
            codes = factors.confirm_app(
                begun.sealed,
                form.cleaned_data["code"],
                proved_at=proved_at(request),
                address=request.META["REMOTE_ADDR"],
                actor=request.actor,
                once=once(request),
            )
        except FormSentBefore:
            return redirect("account-codes")
        except (CodeWrong, TooManyTries) as error:
            form.refuse(error, field="code")
            status = 429 if isinstance(error, TooManyTries) else 422
        else:
            del request.session[_BEGUN]
            return _set_up(request, factors.APP, codes)
    page = {"form": form, "begun": begun, "picture": _picture(begun.address)}
    return render(request, "portal/account_app.html", page, status=status)


@require_POST
@signed_in_for_account
@after_proof
def remove_app(request: PageRequest) -> HttpResponse:
    """Remove the app."""
    factors.remove_app(proved_at=proved_at(request), actor=request.actor)
    return _removed(request)


@require_http_methods(["GET", "POST"])
@signed_in_for_account
@after_proof
def add_passkey(request: PageRequest) -> HttpResponse:
    """Keep a passkey that the browser made."""
    factors.refuse_old_proof(proved_at(request))
    form = NewPasskeyForm(request.POST or None, language=request.language)
    problem = ""
    if form.is_valid():
        try:
            challenge = request.session.pop(_ASKED, None)
            codes = factors.add_passkey(
                request.POST.get("answer", ""),
                challenge or {},
                name=form.cleaned_data["name"],
                proved_at=proved_at(request),
                actor=request.actor,
            )
        except PasskeyRefused as error:
            problem = told_in(error, request.language)
        else:
            return _set_up(request, factors.PASSKEY, codes)
    page = {"form": form, "problem": problem, "possible": passkeys.are_possible()}
    return render(request, "portal/account_passkey.html", page, status=422 if problem else 200)


@require_POST
@signed_in_for_account
def ask_new_passkey(request: PageRequest) -> HttpResponse:
    """Answer a script with what a browser is asked to make a passkey."""
    try:
        asked, challenge = factors.begin_passkey(proved_at=proved_at(request), actor=request.actor)
    except ProofTooOld as error:
        return JsonResponse({"code": error.code}, status=403)
    request.session[_ASKED] = challenge
    return JsonResponse(asked)


@require_POST
@signed_in_for_account
@after_proof
def remove_passkey(request: PageRequest, number: int) -> HttpResponse:
    """Remove a passkey."""
    factors.remove_passkey(number, proved_at=proved_at(request), actor=request.actor)
    return _removed(request)


@require_POST
@signed_in_for_account
@after_proof
def make_codes(request: PageRequest) -> HttpResponse:
    """Make new recovery codes."""

    def make() -> None:
        _keep_codes(request, factors.make_recovery_codes(proved_at=proved_at(request), actor=request.actor))
        request.session.save()  # with them: the second click may ask for them before this answer has left

    done_once(request, make)
    return redirect("account-codes")


@require_safe
@signed_in_for_account
def show_codes(request: PageRequest) -> HttpResponse:
    """Show recovery codes, this once."""
    sealed = request.session.pop(_CODES, "")
    text = sealing.unseal(sealed, secret=settings.SECRET_KEY, purpose=_CODES) if sealed else None
    if not text:
        return redirect("account")
    codes = json.loads(text)
    return render(request, "portal/account_codes.html", {"codes": codes, "file": "\n".join(["eboxcast", "", *codes])})


def _begun(request: PageRequest) -> factors.Begun:
    """Return the app that is being set up in this session, so that its QR code stays the same after a wrong code."""
    try:
        return factors.begun_app(request.session.get(_BEGUN, ""), actor=request.actor)
    except SetUpAgain:
        begun = factors.begin_app(proved_at=proved_at(request), actor=request.actor)
        request.session[_BEGUN] = begun.sealed
        return begun


def _picture(address: str) -> str:
    """Return the QR code, on white also where the page is dark: cameras read it better so."""
    drawn = segno.make(address, error="m").svg_inline(
        scale=_QR_SCALE, border=4, light="#fff", svgclass="qr", lineclass=None
    )
    return mark_safe(drawn)  # noqa: S308 - drawn from squares: no text of anybody stands in it


def _set_up(request: PageRequest, factor: str, codes: list[str]) -> HttpResponse:
    request.session[FACTOR] = factor
    _keep_codes(request, codes)
    return redirect("account-codes")


def _removed(request: PageRequest) -> HttpResponse:
    if not factors.own_factors(actor=request.actor).any:
        request.session[FACTOR] = ""
    return redirect("account")


def _keep_codes(request: PageRequest, codes: list[str]) -> None:
    """Keep codes for a page of their own, so that reloading it makes no others; where there are none it shows none."""
    if codes:
        request.session[_CODES] = sealing.seal(json.dumps(codes), secret=settings.SECRET_KEY, purpose=_CODES)
