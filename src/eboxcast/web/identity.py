"""OpenID Connect with the identity provider, by Authlib: the authorization code flow with PKCE, state and nonce.

Nothing of the answer is believed before its signature, issuer, audience, nonce and time were checked.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, Protocol

import requests
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from eboxcast.lib.errors import NotAllowedNow, Trouble
from eboxcast.lib.translation import N_

Claims = Mapping[str, Any]

_ALGORITHMS = ["RS256", "PS256", "ES256"]
_SECONDS = 10
_KEPT_SECONDS = 3600
"""How long an answer of the provider about itself is kept; a new key of it is asked for at once."""
_LEEWAY = 60
_VERIFIER_BYTES = 48
_AGAIN = N_("Sign in again. If it does not work, try later.")
_log = structlog.get_logger(__name__)


class SignInTrouble(Trouble):
    """The identity provider does not answer, or not as the protocol says."""

    code = "sign-in.trouble"
    sentence = N_("Signing in is not possible at the moment.")
    remedy = _AGAIN


class SignInRefused(NotAllowedNow):
    """The answer that came back does not belong to a sign-in that this browser began here."""

    code = "sign-in.refused"
    sentence = N_("This sign-in took too long, or began in another window.")
    remedy = _AGAIN


class SignInCancelled(NotAllowedNow):
    """The identity provider did not sign them in: they cancelled, or it refused them."""

    code = "sign-in.cancelled"
    sentence = N_("You are not signed in. You cancelled, or the identity provider refused.")
    remedy = _AGAIN


class ProviderOptions(Protocol):
    """What must be known of a provider, by whatever way it was set."""

    @property
    def issuer(self) -> str:
        """Return its address."""

    @property
    def client_id(self) -> str:
        """Return what it knows us by."""

    @property
    def scope(self) -> str:
        """Return what we ask for."""

    @property
    def acr_values(self) -> str:
        """Return how strongly people must prove who they are, in its words; empty: as it decides."""

    def client_secret(self) -> str:
        """Return what proves to it that it is us."""


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A sign-in that has begun: what the browser keeps of it until it comes back."""

    address: str
    """Where the browser goes."""
    state: str
    nonce: str
    verifier: str


class IdentityProvider:
    """A provider, as it describes itself."""

    def __init__(self, options: ProviderOptions, *, needed: str) -> None:
        self.options = options
        self.needed = needed
        """The claim without which nobody is known: where the token lacks it, the provider is asked for more."""
        self._kept: dict[str, tuple[float, dict[str, Any]]] = {}

    def describe(self) -> Mapping[str, Any]:
        """Return what the provider says of itself. Raises SignInTrouble."""
        found = self._get(f"{self.options.issuer}/.well-known/openid-configuration")
        if str(found.get("issuer", "")).rstrip("/") != self.options.issuer:
            raise _trouble("another issuer")
        return found

    def begin(self, *, back: str, language: str) -> Begun:
        """Return where to send a browser to sign in, and what to keep. Raises SignInTrouble."""
        verifier, nonce = secrets.token_urlsafe(_VERIFIER_BYTES), secrets.token_urlsafe()
        wishes = {"acr_values": self.options.acr_values} if self.options.acr_values else {}
        with self._session(back) as session:
            address, state = session.create_authorization_url(
                self._endpoint("authorization_endpoint"),
                code_verifier=verifier,
                nonce=nonce,
                ui_locales=language,
                **wishes,
            )
        return Begun(address=address, state=state, nonce=nonce, verifier=verifier)

    def finish(self, begun: Begun, *, back: str, query: Mapping[str, str]) -> Claims:
        """Return what the provider says of who came back. Raises SignInCancelled, SignInRefused, SignInTrouble."""
        if not secrets.compare_digest(query.get("state", "").encode(), begun.state.encode()):
            raise SignInRefused
        if "error" in query or "code" not in query:
            raise SignInCancelled
        with self._session(back) as session:
            try:
                token = session.fetch_token(
                    self._endpoint("token_endpoint"), code=query["code"], code_verifier=begun.verifier
                )
                claims = self._claims(token, begun)
                return claims if self.needed in claims else self._told_apart(session, claims)
            except (AuthlibBaseError, JoseError, requests.RequestException, ValueError, KeyError, TypeError) as error:
                raise _trouble(type(error).__name__) from None

    def sign_out_address(self) -> str:
        """Return where somebody ends their session with the provider; empty where it offers no such address."""
        return str(self.describe().get("end_session_endpoint", ""))

    def _claims(self, token: Mapping[str, Any], begun: Begun) -> dict[str, Any]:
        expected = {
            "iss": {"essential": True, "value": self.describe()["issuer"]},
            "aud": {"essential": True, "value": self.options.client_id},
        }
        about = {
            "nonce": begun.nonce,
            "client_id": self.options.client_id,
            "access_token": token.get("access_token"),
        }
        found = self._decoded(token["id_token"])
        claims = CodeIDToken(found.claims, found.header, expected, about)
        claims.validate(leeway=_LEEWAY)
        return dict(claims)

    def _decoded(self, text: str) -> jwt.Token:
        address = self._endpoint("jwks_uri")
        try:
            return jwt.decode(text, _keys(self._get(address)), algorithms=_ALGORITHMS)
        except (JoseError, ValueError):  # perhaps the provider has a new key
            return jwt.decode(text, _keys(self._get(address, anew=True)), algorithms=_ALGORITHMS)

    def _told_apart(self, session: OAuth2Session, claims: Claims) -> Claims:
        """Return what the provider tells of them at its own address for that, where it has one."""
        address = self.describe().get("userinfo_endpoint")
        if not address:
            return claims
        answer = session.get(address, timeout=_SECONDS, allow_redirects=False)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        if told.get("sub") != claims["sub"]:
            raise _trouble("another subject")
        return {**told, **claims}

    def _session(self, back: str) -> OAuth2Session:
        return OAuth2Session(
            client_id=self.options.client_id,
            client_secret=self.options.client_secret(),
            scope=self.options.scope,
            redirect_uri=back,
            code_challenge_method="S256",
            default_timeout=_SECONDS,
        )

    def _endpoint(self, name: str) -> str:
        address = self.describe().get(name)
        if not isinstance(address, str):
            raise _trouble(f"no {name}")
        return address

    def _get(self, address: str, *, anew: bool = False) -> dict[str, Any]:
        since, kept = self._kept.get(address, (0.0, {}))
        if kept and not anew and monotonic() - since < _KEPT_SECONDS:
            return kept
        try:
            answer = requests.get(address, timeout=_SECONDS, allow_redirects=False)
            answer.raise_for_status()
            found = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise _trouble(type(error).__name__) from None
        if not isinstance(found, dict):
            raise _trouble("no object")
        self._kept[address] = (monotonic(), found)
        return found


def _keys(found: dict[str, Any]) -> KeySet:
    return KeySet.import_key_set(found)  # type: ignore[arg-type] # it says itself what is wrong with it


def _trouble(why: str) -> SignInTrouble:
    """Return the error that people see; the log has why, and never what the provider said: it can hold a number."""
    _log.warning("sign_in.failed", why=why)
    return SignInTrouble()
