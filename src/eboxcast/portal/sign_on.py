"""Signing in with the organisation's own identity provider, and linking an account to it by an invitation."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_safe

from eboxcast.accounts.errors import SimulatedSignOn
from eboxcast.accounts.invitations import invited
from eboxcast.accounts.sign_on import EMAIL, account_for, link_invited
from eboxcast.accounts.sign_on_options import SignOnOptions
from eboxcast.lib.errors import EboxcastError
from eboxcast.lib.telling import told_in
from eboxcast.portal.entrance import PROVIDER, enter, enter_or_ask_more
from eboxcast.simulator.identity.people import SIMULATED
from eboxcast.web.errors import status_of
from eboxcast.web.identity import Begun, IdentityProvider, SignInRefused, SignInTrouble
from eboxcast.web.requests import PageRequest
from eboxcast.web.visitors import came_for

_BEGUN = "sign_on"


@require_GET
def begin(request: PageRequest) -> HttpResponse:
    """Send a browser to the provider: by a link, as a form may lead to no other site."""
    return _begin(request, after=came_for(request))


@require_GET
def begin_invited(request: PageRequest, text: str) -> HttpResponse:
    """Send somebody to the provider who was invited, to link their account to it in the place of a password."""
    invited(text)
    return _begin(request, after=reverse("home"), invitation=text)


@require_GET
def finish(request: PageRequest) -> HttpResponse:
    """Sign somebody in who comes back from the provider."""
    options = _options()
    begun = request.session.pop(_BEGUN, None)
    try:
        if begun is None:
            raise SignInRefused
        kept = Begun(address="", **begun["begun"])
        claims = _provider(request, options).finish(kept, back=_back(), query=request.GET.dict())
        text = begun["invitation"]
        account = (
            link_invited(text, claims, issuer=options.issuer) if text else account_for(claims, issuer=options.issuer)
        )
    except EboxcastError as error:
        return _not_signed_in(request, error)
    # Not the address with the code in it: the page after this one would have it as its referrer.
    if options.second_factor:
        return enter(request, account, how=PROVIDER, factor=PROVIDER, after=begun["after"])
    return enter_or_ask_more(request, account, how=PROVIDER, after=begun["after"])


@require_safe
def signed_out(request: PageRequest) -> HttpResponse:
    """Show that somebody signed out here, and how to sign out of the provider too."""
    options = _options()
    try:
        address = _provider(request, options).sign_out_address()
    except EboxcastError:
        address = ""
    if address:
        back = f"{settings.EBOXCAST_PAGES_URL.rstrip('/')}{_path('sign-in')}"
        address += f"?{urlencode({'client_id': options.client_id, 'post_logout_redirect_uri': back})}"
    return render(request, "portal/signed_out.html", {"address": address, "name": options.name})


def _begin(request: PageRequest, *, after: str, invitation: str = "") -> HttpResponse:
    try:
        begun = _provider(request, _options()).begin(back=_back(), language=request.language)
    except EboxcastError as error:
        return _not_signed_in(request, error)
    kept = {"state": begun.state, "nonce": begun.nonce, "verifier": begun.verifier}
    request.session[_BEGUN] = {"begun": kept, "after": after, "invitation": invitation}
    return HttpResponseRedirect(begun.address)


def _options() -> SignOnOptions:
    options: SignOnOptions | None = settings.EBOXCAST_SIGN_ON
    if options is None:
        raise Http404
    return options


def _provider(request: PageRequest, options: SignOnOptions) -> IdentityProvider:
    """Return the provider; a simulated one signs nobody in on a real installation. Raises SignInTrouble."""
    provider = _known(options)
    if request.installation_kind == "real" and provider.describe().get(SIMULATED):
        raise SimulatedSignOn
    return provider


@cache
def _known(options: SignOnOptions) -> IdentityProvider:
    return IdentityProvider(options, needed=EMAIL)


def _back() -> str:
    """Return the address that the provider sends people back to: by the settings, not by what a request says."""
    return f"{settings.EBOXCAST_PAGES_URL.rstrip('/')}{_path('signed-on')}"


def _path(name: str) -> str:
    return reverse(name).removeprefix(settings.FORCE_SCRIPT_NAME or "")


def _not_signed_in(request: PageRequest, error: EboxcastError) -> HttpResponse:
    shown = {"problem": told_in(error, request.language), "name": _options().name}
    status = 503 if isinstance(error, SignInTrouble) else 403 if status_of(error) == 409 else status_of(error)
    return render(request, "portal/not_signed_on.html", shown, status=status)
