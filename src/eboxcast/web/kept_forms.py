"""A form that was sent after its session had ended: what was typed is kept through signing in again, and sent then.

It travels in the pages themselves, so that nothing of it is stored for somebody who may never come back. It is sealed,
and opened only for the account that typed it: whoever else signs in in the same window never sees it. Whose it was is
known by a cookie that outlives the session, until somebody signs out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from eboxcast.lib import sealing
from eboxcast.web import cookies

KEPT = "kept"
"""The name of the field it travels in."""
_COOKIE = "eboxcast_account"
_PURPOSE = "kept form"
_SALT = "eboxcast.web.kept_forms"
_SECONDS = 60 * 60
_NOT_KEPT = ("csrfmiddlewaretoken", "password", "current", "code", "answer", "national_number")


@dataclass(frozen=True)
class KeptForm:
    """Where a form was sent to, and what was in it."""

    path: str
    fields: list[tuple[str, str]]


def note_whose(request: HttpRequest, response: HttpResponse, account: int | None) -> None:
    """Have the browser know whose window this is, beyond the end of the session; and forget it with signing out."""
    if account is None:
        return
    whose = _signer().sign(str(account))
    if cookies.take(request, _COOKIE) != whose:
        cookies.give(response, _COOKIE, whose)


def forget_whose(response: HttpResponse) -> None:
    """Have the browser forget whose window this was."""
    cookies.drop(response, _COOKIE)


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Say that the session has ended, keep what was typed, and lead to signing in. Files cannot be kept."""
    whose = _whose(request)
    shown = {"kept": _sealed(request, whose) if whose else "", "files": getattr(request, "has_skipped_files", False)}
    return render(request, "web/signed_out.html", shown, status=403)


def form_of(request: HttpRequest) -> KeptForm | None:
    """Return the form that somebody has just sent, to be shown to them again; None for files, which cannot be kept."""
    if request.FILES or getattr(request, "has_skipped_files", False):
        return None
    return KeptForm(request.get_full_path(), _fields(request))


def open_kept(text: str, account: int) -> KeptForm | None:
    """Return what was kept, for the account that sent it."""
    plain = sealing.unseal(text, secret=settings.SECRET_KEY, purpose=_PURPOSE, seconds=_SECONDS)
    kept = json.loads(plain) if plain is not None else {}
    if kept.get("account") != str(account):
        return None
    return KeptForm(kept["path"], [(str(name), str(value)) for name, value in kept["fields"]])


def _sealed(request: HttpRequest, whose: str) -> str:
    kept = {"account": whose, "path": request.get_full_path(), "fields": _fields(request)}
    return sealing.seal(json.dumps(kept), secret=settings.SECRET_KEY, purpose=_PURPOSE)


def _fields(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, value) for name, values in request.POST.lists() if name not in _NOT_KEPT for value in values]


def _whose(request: HttpRequest) -> str:
    try:
        return _signer().unsign(cookies.take(request, _COOKIE))
    except signing.BadSignature:
        return ""


def _signer() -> signing.Signer:
    return signing.Signer(salt=_SALT)
