"""The simulated identity provider as a server: one process, one thread, everything in memory."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Error
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from eboxcast.simulator.identity.authorization import SCOPES, AskedFor, Authorization
from eboxcast.simulator.identity.pages import choosing_page, language_of, refusing_page, style
from eboxcast.simulator.identity.people import CITIZEN_CLAIM, ENTERPRISE_CLAIM, SIMULATED, Persona
from eboxcast.simulator.server import address_of, listen, run

_DIGEST = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
_SECURITY = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_DIGEST}'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class IdentityProvider:
    """One provider: its people, and the addresses it may send them back to."""

    def __init__(self, people: Sequence[Persona], *, issuer: str, redirects: Sequence[str], apart: bool) -> None:
        self.people = {persona.subject: persona for persona in people}
        self.authorization = Authorization(issuer, frozenset(redirects), apart=apart)

    def app(self) -> Starlette:
        """Return the application."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.discovery),
                Route("/keys", self.keys),
                Route("/authorize", self.authorize, methods=["GET", "POST"]),
                Route("/token", self.token, methods=["POST"]),
                Route("/userinfo", self.userinfo),
                Route("/end", self.end),
            ]
        )

    async def discovery(self, _request: Request) -> Response:
        """Answer what there is."""
        issuer = self.authorization.issuer
        return JSONResponse(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "jwks_uri": f"{issuer}/keys",
                "userinfo_endpoint": f"{issuer}/userinfo",
                "end_session_endpoint": f"{issuer}/end",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "scopes_supported": list(SCOPES),
                "claims_supported": ["sub", "name", "email", "email_verified", CITIZEN_CLAIM, ENTERPRISE_CLAIM],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
                SIMULATED: True,
            }
        )

    async def keys(self, _request: Request) -> Response:
        """Answer the key that signs."""
        return JSONResponse({"keys": [self.authorization.key.as_dict(private=False)]})

    async def authorize(self, request: Request) -> Response:
        """Offer everybody; send back whoever was chosen."""
        language = language_of(request.query_params.get("ui_locales", ""))
        asked = await _asked_for(request)
        try:
            grant = self.authorization.get_consent_grant(asked)
        except OAuth2Error:
            return HTMLResponse(refusing_page(language), 400, _SECURITY)
        if request.method == "GET":
            return HTMLResponse(choosing_page(self.people.values(), language), headers=_SECURITY)
        chosen = self.people.get(asked.form.get("person", ""))
        answer: Response = self.authorization.create_authorization_response(asked, grant_user=chosen, grant=grant)
        answer.headers["Referrer-Policy"] = "no-referrer"
        return answer

    async def token(self, request: Request) -> Response:
        """Answer who it is, once for each code."""
        answer: Response = self.authorization.create_token_response(await _asked_for(request))
        return answer

    async def userinfo(self, request: Request) -> Response:
        """Answer who an access token was given for."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        persona = self.authorization.persona_of(token) if kind == "Bearer" else None
        if persona is None:
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        return JSONResponse(persona.claims(), headers={"Cache-Control": "no-store"})

    async def end(self, request: Request) -> Response:
        """Send somebody back who signs out; nobody stays signed in here."""
        address = request.query_params.get("post_logout_redirect_uri", "")
        if not self.authorization.site.may_return_to(address):
            return HTMLResponse(refusing_page(language_of("")), 400, _SECURITY)
        state = request.query_params.get("state")
        return RedirectResponse(f"{address}?{urlencode({'state': state})}" if state else address, 303)


def serve_identities(
    people: Sequence[Persona],
    *,
    redirects: Sequence[str],
    host: str,
    port: int,
    address: str = "",
    apart: bool = False,
    ready: Callable[[dict[str, object]], None],
) -> None:
    """Serve until SIGTERM or SIGINT; call ``ready`` with the address once connections are taken.

    ``address`` is where browsers and sites find it, when that is not where it listens.
    """
    listening = listen(host, port)
    issuer = address.rstrip("/") or address_of(listening)
    provider = IdentityProvider(people, issuer=issuer, redirects=redirects, apart=apart)
    run(provider.app(), listening, ready=lambda: ready({"issuer": issuer, "pid": os.getpid()}))


async def _asked_for(request: Request) -> AskedFor:
    return AskedFor(request.method, str(request.url), request.headers, request.query_params, await request.form())
