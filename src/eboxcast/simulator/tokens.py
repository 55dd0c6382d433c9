"""Access tokens: given to clients that show who they are, and good for a while (RFC 6749, client credentials).

A client shows who it is by its secret, or by a signed assertion (RFC 7523).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any

from eboxcast.lib import clock
from eboxcast.simulator.clients import Client, PublicKey
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


BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

# The head of a SHA-256 in a PKCS #1 v1.5 signature (RFC 8017, 9.2).
_SHA256_HEAD = bytes.fromhex("3031300d060960864801650304020105000420")


def client_of_assertion(assertion: str, clients: Mapping[str, Client], *, now: datetime) -> Client | None:
    """Return the client that an assertion is of: well-formed, not over, and signed where its key is known."""
    try:
        header, claims, signature = _read(assertion)
        client = clients.get(claims["sub"])
        sound = claims["iss"] == claims["sub"] and bool(claims["aud"]) and float(claims["exp"]) > now.timestamp()
    except (ValueError, KeyError, TypeError):
        return None
    if client is None or not sound or not isinstance(header.get("alg"), str):
        return None
    if client.public_key is None:
        return client
    signed = assertion.rpartition(".")[0].encode()
    return client if header["alg"] == "RS256" and _is_signed(signed, signature, client.public_key) else None


def _read(assertion: str) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    header, claims, signature = (_decoded(part) for part in assertion.split("."))
    header_values, claim_values = json.loads(header), json.loads(claims)
    if not isinstance(header_values, dict) or not isinstance(claim_values, dict):
        raise TypeError
    return header_values, claim_values, signature


def _decoded(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError from None


def _is_signed(signed: bytes, signature: bytes, key: PublicKey) -> bool:
    length = (key.modulus.bit_length() + 7) // 8
    digest = _SHA256_HEAD + hashlib.sha256(signed).digest()
    filling = b"\xff" * (length - len(digest) - 3)
    opened = pow(int.from_bytes(signature), key.exponent, key.modulus).to_bytes(length)
    return len(signature) == length and hmac.compare_digest(opened, b"\x00\x01" + filling + b"\x00" + digest)
