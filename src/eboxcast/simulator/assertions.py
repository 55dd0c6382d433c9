"""Signed assertions by which a client shows who it is instead of by a secret (RFC 7523)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from eboxcast.simulator.clients import Client, PublicKey

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
