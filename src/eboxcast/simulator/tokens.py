"""Access tokens: given to clients that show who they are, and good for a while (RFC 6749, client credentials)."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic

from eboxcast.lib import clock
from eboxcast.simulator.assertions import BEARER, client_of_assertion
from eboxcast.simulator.clients import Client
from eboxcast.simulator.errors import ContractRefusal

_SWEEP_ABOVE = 1000


class TokenRefused(Exception):
    """No token: the answer is OAuth's own, not a StatusMessage."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(status, error)
        self.status = status
        self.error = error


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token is good for."""

    client: Client
    scopes: frozenset[str]
    ends_at: float


@dataclass(slots=True)
class Tokens:
    """The tokens given out."""

    clients: Mapping[str, Client]
    seconds: float
    granted: dict[str, Grant] = field(default_factory=dict)

    def issue(self, form: Mapping[str, str], authorization: str) -> tuple[str, Grant]:
        """Return a new token for the client that the form, or basic authentication, shows. Raises TokenRefused."""
        if form.get("grant_type") != "client_credentials":
            raise TokenRefused(400, "unsupported_grant_type")
        client = self._client(form, authorization)
        asked = frozenset(form.get("scope", "").split())
        if not asked <= client.scopes:
            raise TokenRefused(400, "invalid_scope")
        grant = Grant(client, asked or client.scopes, monotonic() + self.seconds)
        token = secrets.token_urlsafe(24)
        self._sweep()
        self.granted[token] = grant
        return token, grant

    def check(self, authorization: str, scope: str) -> Grant:
        """Return what the token of a call is good for. Refuses with 401, or 403 where the scope is missing."""
        kind, _, token = authorization.partition(" ")
        grant = self.granted.get(token)
        if kind.lower() != "bearer" or grant is None or grant.ends_at <= monotonic():
            message = "The access token is missing, unknown or expired"
            raise ContractRefusal(401, "UNAUTHORIZED", message, {"WWW-Authenticate": 'Bearer error="invalid_token"'})
        if scope not in grant.scopes:
            raise ContractRefusal(403, "FORBIDDEN", f"The access token lacks the scope {scope}")
        return grant

    def expire_all(self) -> None:
        """End every token at once."""
        self.granted.clear()

    def _client(self, form: Mapping[str, str], authorization: str) -> Client:
        if form.get("client_assertion_type") == BEARER:
            client = client_of_assertion(form.get("client_assertion", ""), self.clients, now=clock.now())
        else:
            client = self._by_secret(*_credentials(form, authorization))
        if client is None:
            raise TokenRefused(401, "invalid_client")
        return client

    def _by_secret(self, client_id: str, secret: str) -> Client | None:
        client = self.clients.get(client_id)
        if client is None or client.secret is None:
            return None
        return client if secrets.compare_digest(client.secret.encode(), secret.encode()) else None

    def _sweep(self) -> None:
        if len(self.granted) > _SWEEP_ABOVE:
            now = monotonic()
            self.granted = {token: grant for token, grant in self.granted.items() if grant.ends_at > now}


def _credentials(form: Mapping[str, str], authorization: str) -> tuple[str, str]:
    kind, _, encoded = authorization.partition(" ")
    if kind.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return client_id, secret
