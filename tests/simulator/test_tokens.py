from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from tests.simulator.conftest import Simulate
from tests.simulator.simulated import Simulated

from eboxcast.lib import clock
from eboxcast.simulator.clients import REFERENCE_SCOPE, Client, PublicKey
from eboxcast.simulator.tokens import BEARER, client_of_assertion

# Two primes are enough of a key for a test; 2**n - 1 is prime for both exponents.
P, Q, E = 2**521 - 1, 2**607 - 1, 65537
KEY = PublicKey(modulus=P * Q, exponent=E)
SIGNER = {"a": Client(client_id="a", public_key=KEY)}


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def assertion(*, algorithm: str = "RS256", **changes: Any) -> str:
    claims = {"iss": "a", "sub": "a", "aud": "token", "exp": clock.now().timestamp() + 60} | changes
    signed = ".".join(encoded(json.dumps(part).encode()) for part in ({"alg": algorithm}, claims))
    length = (KEY.modulus.bit_length() + 7) // 8
    digest = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(signed.encode()).digest()
    padded = b"\x00\x01" + b"\xff" * (length - len(digest) - 3) + b"\x00" + digest
    signature = pow(int.from_bytes(padded), pow(E, -1, (P - 1) * (Q - 1)), KEY.modulus)
    return f"{signed}.{encoded(signature.to_bytes(length))}"


def client_of(text: str, clients: dict[str, Client] = SIGNER) -> Client | None:
    return client_of_assertion(text, clients, now=clock.now())


def test_a_signed_assertion_shows_its_client() -> None:
    assert client_of(assertion()) is SIGNER["a"]


def test_an_assertion_that_was_changed_after_signing_is_refused() -> None:
    head, claims, signature = assertion().split(".")
    other = assertion(aud="other").split(".")[1]
    assert client_of(f"{head}.{claims}.{signature}") is not None
    assert client_of(f"{head}.{other}.{signature}") is None


@pytest.mark.parametrize(
    "changes", [{"sub": "b"}, {"iss": "b"}, {"exp": 0}, {"aud": ""}, {"algorithm": "none"}], ids=str
)
def test_an_assertion_that_is_over_or_of_somebody_else_is_refused(changes: dict[str, Any]) -> None:
    assert client_of(assertion(**changes)) is None


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c", "....", "e30.e30.", "W10.W10.x"])
def test_what_is_no_assertion_is_refused(text: str) -> None:
    assert client_of(text) is None


def test_without_a_known_key_a_well_formed_assertion_is_enough() -> None:
    clients = {"a": Client(client_id="a")}
    unsigned = assertion().rpartition(".")[0] + "."
    assert client_of(unsigned, clients) is clients["a"]


def test_a_client_gets_a_token_by_assertion(provider: Simulated) -> None:
    form = {"client_assertion_type": BEARER, "client_assertion": assertion(iss="rehearsal", sub="rehearsal")}
    assert provider.login(**form, client_id="", client_secret="").status == 200
    assert provider.publish().status == 201


def test_a_client_gets_a_token_by_basic_authentication(provider: Simulated) -> None:
    basic = {"Authorization": "Basic " + base64.b64encode(b"rehearsal:rehearsal").decode()}
    form = {"grant_type": "client_credentials"}
    answer = provider.pool.request(
        "POST", provider.addresses["token"], fields=form, encode_multipart=False, headers=basic
    )
    assert answer.status == 200
    assert answer.json()["token_type"] == "Bearer"


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"scope": "everything"}, 400, "invalid_scope"),
    ],
)
def test_who_does_not_show_who_he_is_gets_no_token(
    provider: Simulated, form: dict[str, str], status: int, error: str
) -> None:
    answer = provider.login(**form)
    assert (answer.status, answer.json()) == (status, {"error": error})


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer unknown"}, {"Authorization": "Basic x"}], ids=str)
def test_without_a_good_token_nothing_is_done(provider: Simulated, headers: dict[str, str]) -> None:
    provider.headers = headers
    answer = provider.publish()
    assert (answer.status, answer.json()["code"]) == (401, "UNAUTHORIZED")
    assert "WWW-Authenticate" in answer.headers
    assert provider.state()["deliveries"] == 0


def test_a_token_expires(simulate_alone: Simulate) -> None:
    provider = simulate_alone("--token-seconds", 0)
    assert provider.publish().status == 401


def test_a_token_without_the_scope_is_forbidden(provider: Simulated) -> None:
    provider.login(scope=REFERENCE_SCOPE)
    assert provider.call("GET", "/referenceData/messageTypes").status == 200
    answer = provider.publish()
    assert (answer.status, answer.json()["code"]) == (403, "FORBIDDEN")
    assert provider.state()["deliveries"] == 0


def test_the_scopes_and_the_key_of_a_client_come_from_its_file(simulate_alone: Simulate, tmp_path: Path) -> None:
    clients = tmp_path / "clients.toml"
    clients.write_text(
        f'[[client]]\nid = "a"\nscopes = ["{REFERENCE_SCOPE}"]\n'
        f'public_key = {{ modulus = "{KEY.modulus:x}", exponent = {E} }}\n',
        "utf-8",
    )
    provider = simulate_alone("--clients", clients)
    forged = assertion().rpartition(".")[0] + "." + encoded(b"x" * 141)
    assert provider.login(client_assertion_type=BEARER, client_assertion=forged).status == 401
    answer = provider.login(client_assertion_type=BEARER, client_assertion=assertion())
    assert (answer.status, answer.json()["scope"]) == (200, REFERENCE_SCOPE)
