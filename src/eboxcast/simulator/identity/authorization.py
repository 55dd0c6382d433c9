"""OpenID Connect as Authlib does it: the authorization code flow, with everything in memory."""

from __future__ import annotations

import json
import secrets
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic, time
from typing import Any
from urllib.parse import urlsplit

from authlib.oauth2 import AuthorizationServer as AuthlibServer
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, OAuth2Payload, OAuth2Request
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.grants import OpenIDCode
from joserfc.jwk import RSAKey
from starlette.datastructures import FormData, QueryParams
from starlette.responses import Response

from eboxcast.simulator.identity.people import Persona

CLIENT_ID = "eboxcast"
CLIENT_SECRET = "simulated"  # noqa: S105 - printed in the documentation: who may sign in here is anybody
SCOPES = ("openid", "profile", "email")
_CODE_SECONDS = 60
_TOKEN_SECONDS = 300
_RSA_BITS = 2048


@dataclass(frozen=True)
class Site(ClientMixin):  # type: ignore[misc] # Authlib has no types
    """The only client: the pages of recipients."""

    redirects: frozenset[str]

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> str | None:
        return None

    def get_allowed_scope(self, scope: str) -> str:
        return " ".join(one for one in (scope or "").split() if one in SCOPES)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirects

    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(client_secret, CLIENT_SECRET)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in ("client_secret_basic", "client_secret_post")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"

    def may_return_to(self, address: str) -> bool:
        """Return whether somebody who signs out is sent there: to a site that they can sign in to."""
        return urlsplit(address)[:2] in {urlsplit(one)[:2] for one in self.redirects}


@dataclass(frozen=True, kw_only=True)
class Code(AuthorizationCodeMixin):  # type: ignore[misc] # Authlib has no types
    """What a code stands for, for a minute."""

    code: str
    persona: Persona
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    code_challenge_method: str
    issued: float

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(time())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


class _Payload(OAuth2Payload):  # type: ignore[misc] # Authlib has no types
    def __init__(self, query: QueryParams, form: FormData) -> None:
        self._values = defaultdict(list)
        for name, value in (*query.multi_items(), *form.multi_items()):
            self._values[name].append(str(value))

    @property
    def data(self) -> dict[str, str]:
        return {name: values[0] for name, values in self._values.items()}

    @property
    def datalist(self) -> dict[str, list[str]]:
        return self._values


class AskedFor(OAuth2Request):  # type: ignore[misc] # Authlib has no types
    """A request in Authlib's form."""

    def __init__(self, method: str, address: str, headers: Mapping[str, str], query: QueryParams, form: FormData):
        super().__init__(method, address, headers={name.title(): value for name, value in headers.items()})
        self.payload = _Payload(query, form)
        self._form = {name: str(value) for name, value in form.items()}

    @property
    def args(self) -> dict[str, str]:
        data: dict[str, str] = self.payload.data
        return data

    @property
    def form(self) -> dict[str, str]:
        return self._form


class Authorization(AuthlibServer):  # type: ignore[misc] # Authlib has no types
    """The server side of the flow."""

    def __init__(self, issuer: str, redirects: frozenset[str], *, apart: bool) -> None:
        super().__init__(scopes_supported=list(SCOPES))
        self.issuer = issuer
        self.apart = apart
        """Whether numbers are told at an address of their own, and not in the token."""
        self._told: dict[str, tuple[Persona, float]] = {}
        self.site = Site(redirects)
        self.key = RSAKey.generate_key(_RSA_BITS, {"use": "sig", "alg": "RS256"}, auto_kid=True)
        self.codes: dict[str, Code] = {}
        self.register_token_generator(
            "default", BearerTokenGenerator(_access_token, expires_generator=lambda _client, _grant: _TOKEN_SECONDS)
        )
        self.register_grant(_CodeGrant, [_IdToken(require_nonce=True), CodeChallenge(required=True)])

    def forget_old_codes(self) -> None:
        """Let nobody sign in with a code of some time ago."""
        since = monotonic() - _CODE_SECONDS
        self.codes = {code: kept for code, kept in self.codes.items() if kept.issued > since}

    def query_client(self, client_id: str) -> Site | None:
        return self.site if client_id == CLIENT_ID else None

    def save_token(self, token: dict[str, Any], request: AskedFor) -> None:
        """Keep whose it is, for as long as it is good."""
        now = monotonic()
        self._told = {text: kept for text, kept in self._told.items() if kept[1] > now}
        self._told[token["access_token"]] = (request.user, now + _TOKEN_SECONDS)

    def persona_of(self, token: str) -> Persona | None:
        """Return whose an access token is."""
        persona, until = self._told.get(token, (None, 0.0))
        return persona if until > monotonic() else None

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Tell nobody."""

    def create_oauth2_request(self, request: AskedFor) -> AskedFor:
        return request

    def handle_response(self, status: int, body: object, headers: Any) -> Response:
        text = json.dumps(body) if isinstance(body, dict) else str(body)
        return Response(text, status_code=status, headers=dict(headers))


class _CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc] # Authlib has no types
    def save_authorization_code(self, code: str, request: AskedFor) -> None:
        data = request.payload.data
        self.server.forget_old_codes()
        self.server.codes[code] = Code(
            code=code,
            persona=request.user,
            redirect_uri=data.get("redirect_uri", ""),
            scope=request.scope or "",
            nonce=data.get("nonce", ""),
            code_challenge=data.get("code_challenge", ""),
            code_challenge_method=data.get("code_challenge_method", ""),
            issued=monotonic(),
        )

    def query_authorization_code(self, code: str, client: Site) -> Code | None:
        self.server.forget_old_codes()
        found: Code | None = self.server.codes.get(code)
        return found

    def delete_authorization_code(self, authorization_code: Code) -> None:
        self.server.codes.pop(authorization_code.code, None)

    def authenticate_user(self, authorization_code: Code) -> Persona:
        return authorization_code.persona


class _IdToken(OpenIDCode):  # type: ignore[misc] # Authlib has no types
    def __call__(self, grant: Any) -> None:
        self.server = grant.server
        super().__call__(grant)

    def exists_nonce(self, nonce: str, request: AskedFor) -> bool:
        return any(code.nonce == nonce for code in self.server.codes.values())

    def resolve_client_private_key(self, client: Site) -> RSAKey:
        key: RSAKey = self.server.key
        return key

    def get_client_algorithm(self, client: Site) -> str:
        return "RS256"

    def get_client_claims(self, client: Site) -> dict[str, object]:
        return {"iss": self.server.issuer, "aud": [CLIENT_ID], "exp": int(time()) + _TOKEN_SECONDS}

    def get_encode_header(self, client: Site) -> dict[str, object]:
        return {"alg": "RS256", "kid": self.server.key.kid}

    def generate_user_info(self, user: Persona, scope: str) -> dict[str, object]:
        claims = user.claims()
        return {name: claims[name] for name in ("sub", "name")} if self.server.apart else claims


def _access_token(*_about: object, **_more: object) -> str:
    return secrets.token_urlsafe(32)
