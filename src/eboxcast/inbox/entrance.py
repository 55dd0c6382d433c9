"""Signing in to an eBox and out of it, and choosing which eBox to open."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eboxcast.database import installation
from eboxcast.database.names import PRODUCTION
from eboxcast.inbox.claims import identity_of
from eboxcast.inbox.configuration import SignInOptions
from eboxcast.inbox.errors import SimulatedSignIn
from eboxcast.inbox.visits import (
    InboxRequest,
    begin_visit,
    came_for,
    change_ebox,
    end_visit,
    forget_begun,
    keep_begun,
    keep_visit,
    options_of,
    root_of,
    signed_in,
    take_begun,
)
from eboxcast.lib.errors import EboxcastError
from eboxcast.lib.telling import remedy_in, sentence_in
from eboxcast.mailboxes.recipients import note_visit
from eboxcast.simulator.identity.people import SIMULATED
from eboxcast.web.identity import IdentityProvider, SignInRefused, SignInTrouble

_REFUSED_STATUS = 403
_TROUBLE_STATUS = 503


@require_GET
def show(request: InboxRequest, environment: str) -> HttpResponse:
    """Show where to sign in."""
    options_of(environment)
    return render(request, "inbox/sign_in.html", {"environment": environment, "next": came_for(request, environment)})


@require_GET
def begin(request: InboxRequest, environment: str) -> HttpResponse:
    """Send the browser to the identity provider: by a link, as a form may lead to no other site."""
    try:
        begun = _provider(environment).begin(back=_back(environment), language=request.language)
    except EboxcastError as error:
        return _not_signed_in(request, environment, error)
    response = HttpResponseRedirect(begun.address)
    keep_begun(response, environment, begun, after=came_for(request, environment))
    return response


@require_GET
def finish(request: InboxRequest, environment: str) -> HttpResponse:
    """Sign somebody in who comes back from the identity provider."""
    kept = take_begun(request, environment)
    try:
        if kept is None:
            raise SignInRefused
        options = options_of(environment)
        claims = _provider(environment).finish(kept[0], back=_back(environment), query=request.GET.dict())
        identity = identity_of(claims, options)
    except EboxcastError as error:
        return _not_signed_in(request, environment, error)
    visit = begin_visit(environment, identity, identity.person)
    if not identity.mandates:
        note_visit(visit.recipient)
    # Not the address with the code in it: the page after this one would have it as its referrer.
    after = reverse(f"{environment}:choose") if identity.mandates else kept[1]
    response = HttpResponseRedirect(after)
    forget_begun(response, environment)
    keep_visit(response, visit)
    return response


@require_http_methods(["GET", "POST"])
@signed_in
def choose(request: InboxRequest, environment: str) -> HttpResponse:
    """Let somebody choose the eBox they want to open: their own, or that of an enterprise they act for."""
    visit = request.visit
    mailboxes = [visit.identity.person, *(mandate.key for mandate in visit.identity.mandates)]
    asked = request.POST.get("ebox", "")
    # By its place and not by its number, which stands in no page.
    if request.method == "POST" and asked.isascii() and asked.isdigit() and int(asked) < len(mailboxes):
        response = HttpResponseRedirect(root_of(environment))
        chosen = change_ebox(visit, mailboxes[int(asked)])
        note_visit(chosen.recipient)
        keep_visit(response, chosen)
        return response
    names = [visit.identity.name_of(mailbox) for mailbox in mailboxes]
    shown = {
        "environment": environment,
        "visit": visit,
        "names": names,
        "open": mailboxes.index(visit.recipient.mailbox),
    }
    return render(request, "inbox/choose.html", shown)


@require_POST
def sign_out(request: InboxRequest, environment: str) -> HttpResponse:
    """Sign out, here or everywhere; the page after it says how to sign out of the identity provider too."""
    options_of(environment)
    response = redirect(f"{environment}:signed-out")
    end_visit(request, response, environment, everywhere="everywhere" in request.POST)
    return response


@require_GET
def signed_out(request: InboxRequest, environment: str) -> HttpResponse:
    """Show that somebody signed out."""
    options_of(environment)
    try:
        address = _provider(environment).sign_out_address()
    except SignInTrouble:
        address = ""
    return render(request, "inbox/signed_out.html", {"environment": environment, "address": address})


def _provider(environment: str) -> IdentityProvider:
    """Return the identity provider; a simulated one opens no real eBoxes. Raises SignInTrouble, SimulatedSignIn."""
    provider = _known(options_of(environment))
    if environment == PRODUCTION and provider.describe().get(SIMULATED) and installation.is_real():
        raise SimulatedSignIn
    return provider


@cache
def _known(options: SignInOptions) -> IdentityProvider:
    return IdentityProvider(options, needed=options.citizen_claim)


def _back(environment: str) -> str:
    """Return the address that the provider sends people back to: by the settings, not by what a request says."""
    path = reverse(f"{environment}:signed-in").removeprefix(settings.FORCE_SCRIPT_NAME or "")
    return f"{settings.EBOXCAST_PAGES_URL.rstrip('/')}{path}"


def _not_signed_in(request: HttpRequest, environment: str, error: EboxcastError) -> HttpResponse:
    options_of(environment)
    language = getattr(request, "language", "en")
    shown = {
        "environment": environment,
        "next": root_of(environment),
        "sentence": sentence_in(error, language),
        "remedy": remedy_in(error, language),
    }
    status = _TROUBLE_STATUS if isinstance(error, SignInTrouble | SimulatedSignIn) else _REFUSED_STATUS
    response = render(request, "inbox/sign_in.html", shown, status=status)
    forget_begun(response, environment)
    return response
