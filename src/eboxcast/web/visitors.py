"""Who asks for a page: an account by its session, and the person's roles as they stand at this moment."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib import auth
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from eboxcast.accounts.factors import due_for
from eboxcast.accounts.models import Account
from eboxcast.accounts.session_store import BEGAN, BROWSER, SEEN
from eboxcast.accounts.signing_in import account_in_force
from eboxcast.database import installation
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.formatting import iso
from eboxcast.web.kept_forms import ask_to_sign_in, note_whose
from eboxcast.web.requests import PageRequest, part_of_page

P = ParamSpec("P")
View = Callable[Concatenate[PageRequest, P], HttpResponseBase]

SIGN_IN = "sign-in"
"""The name of the address where people sign in."""
ACCOUNT = "account"
"""The name of the address where they keep their account."""
NEXT = "next"
PROVED, FACTOR = "proved_at", "factor"
STARTED = "started"
"""When a session began by the clock of the world, in seconds since 1970: no moved clock ends or prolongs one."""
_KEPT = (BEGAN, STARTED, FACTOR)
"""What stays true of a visit when its session is renewed."""
_NOTED_EVERY = timedelta(minutes=10)
_LONGEST_SECONDS = 12 * 60 * 60
"""Of a session, however much it is used: an evening and its night, never two days."""
_MOST_OF_A_BROWSER = 200


class Visitors:
    """Tells each request whose it is, asked anew each time: who was deactivated is out at once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: PageRequest) -> HttpResponse:
        """Answer a request."""
        request.account, request.visitor, request.factor_due = None, None, None
        request.installation_kind = installation.kind_now()
        number = request.session.get(auth.SESSION_KEY) if request.session.session_key else None
        found = account_in_force(int(number)) if number else None
        if found is not None and _is_over(request):
            request.session.flush()
        elif found is not None and _is_of(request, found[0]):
            request.account, request.visitor = found
            request.actor = found[1]
            request.factor_due = _factor_due(request, *found)
            _note_visit(request)
        response = self.get_response(request)
        signed_in_as = request.session.get(auth.SESSION_KEY)
        note_whose(request, response, int(signed_in_as) if signed_in_as else None)
        return response


def begin_visit(request: PageRequest, account: Account, *, factor: str = "") -> None:
    """Sign somebody in: a new session with a new key, so that one planted before is worth nothing.

    ``factor`` is what they showed beside their password, if anything.
    """
    request.session.flush()
    auth.login(request, account, backend="eboxcast.web.visitors")
    now = iso(clock.now())
    browser = request.headers.get("User-Agent", "")[:_MOST_OF_A_BROWSER]
    request.session.update({BEGAN: now, SEEN: now, BROWSER: browser, PROVED: now, FACTOR: factor, STARTED: time.time()})


def note_proof(request: PageRequest, *, factor: str = "") -> None:
    """Note that whoever sits there has just shown who they are, and perhaps a second factor."""
    request.session[PROVED] = iso(clock.now())
    if factor:
        request.session[FACTOR] = factor


def proved_at(request: PageRequest) -> datetime:
    """Return when whoever sits there last showed who they are."""
    kept = request.session.get(PROVED)
    return datetime.fromisoformat(kept) if kept else clock.now() - timedelta(days=1)


def renew_visit(request: PageRequest, account: Account) -> None:
    """Go on with a visit in a new session, where all of somebody's were ended."""
    kept = {name: request.session[name] for name in _KEPT if name in request.session}
    begin_visit(request, account)
    request.session.update(kept)


def end_visit(request: PageRequest) -> None:
    """Sign out: the session is deleted, here and on the server."""
    request.session.flush()
    request.account, request.visitor = None, None


def signed_in(view: View[P]) -> View[P]:
    """Have a view answer only those who signed in; others sign in first, and then get what they asked for.

    Whoever had to set up a second factor by now does that first.
    """

    @wraps(view)
    def answer(request: PageRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.factor_due is not None and request.factor_due <= clock.now():
            return HttpResponseRedirect(resolve_url(ACCOUNT))
        return view(request, *args, **kwargs)

    return signed_in_for_account(cast("View[P]", answer))


def signed_in_for_account(view: View[P]) -> View[P]:
    """The same for the pages where a second factor is set up."""

    @wraps(view)
    def answer(request: PageRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.visitor is None:
            if part_of_page(request):  # the whole page asks anew; one with a form sends that first (pages.js)
                return HttpResponse(status=401, headers={} if request.method == "POST" else {"HX-Refresh": "true"})
            if request.method == "POST":
                return ask_to_sign_in(request)
            asked = request.get_full_path()
            query = f"?{urlencode({NEXT: asked})}" if asked != resolve_url("home") else ""
            return HttpResponseRedirect(resolve_url(SIGN_IN) + query)
        return view(request, *args, **kwargs)

    return cast("View[P]", answer)


def came_for(request: HttpRequest) -> str:
    """Return the page that somebody asked for before signing in, if it is one of ours; else the first page."""
    asked = request.POST.get(NEXT) or request.GET.get(NEXT) or ""
    ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if ours else resolve_url("home")


def _is_over(request: PageRequest) -> bool:
    """Return whether a session is older than any may become."""
    started: float = request.session.get(STARTED, math.inf)
    return time.time() - started > _LONGEST_SECONDS


def _is_of(request: PageRequest, account: Account) -> bool:
    """Return whether the session was begun with the password that counts now."""
    kept = str(request.session.get(auth.HASH_SESSION_KEY, ""))
    return constant_time_compare(kept, account.get_session_auth_hash())


def _factor_due(request: PageRequest, account: Account, actor: Actor) -> datetime | None:
    return None if request.session.get(FACTOR) else due_for(account, actor, kind=request.installation_kind)


def _note_visit(request: PageRequest) -> None:
    seen = datetime.fromisoformat(request.session[SEEN]) if SEEN in request.session else None
    if seen is None or abs(clock.now() - seen) > _NOTED_EVERY:
        request.session[SEEN] = iso(clock.now())
