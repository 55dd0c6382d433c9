"""One token for all lanes, renewed in time, and never shown."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from time import monotonic
from urllib.parse import parse_qs

import pytest
from tests.targets.conftest import Open
from tests.targets.wire import JANE, PUBLISHED, RESET, TOKEN, Do, Wire, linked, message, options_for, refusal

from eboxcast.targets.base import RunRefused, TryAgain
from eboxcast.targets.ebox_rest.credentials import TokenSource
from eboxcast.targets.ebox_rest.options import SecretPlace


@pytest.fixture
def source(wire: Wire, tmp_path: Path) -> TokenSource:
    return TokenSource(options_for(wire.address, tmp_path, scope="scope:publication"))


def test_the_client_shows_itself_in_the_header(wire: Wire, source: TokenSource) -> None:
    assert source.token() == TOKEN
    sent = base64.b64decode(wire.token_calls[0].headers["authorization"].removeprefix("Basic ")).decode()
    assert sent == "a+client:a+secret"
    form = parse_qs(wire.token_calls[0].body.decode())
    assert form == {"grant_type": ["client_credentials"], "scope": ["scope:publication"]}


def test_the_client_shows_itself_in_the_body_where_that_is_wanted(wire: Wire, tmp_path: Path) -> None:
    TokenSource(options_for(wire.address, tmp_path, client_secret_in=SecretPlace.BODY)).token()
    form = parse_qs(wire.token_calls[0].body.decode())
    assert (form["client_id"], form["client_secret"]) == (["a client"], ["a secret"])
    assert "authorization" not in wire.token_calls[0].headers


def test_lanes_that_start_together_ask_once(wire: Wire, source: TokenSource) -> None:
    with ThreadPoolExecutor(8) as lanes:
        assert set(lanes.map(lambda _: source.token(), range(50))) == {TOKEN}
    assert len(wire.token_calls) == 1


def test_a_token_is_renewed_before_it_ends(wire: Wire, source: TokenSource) -> None:
    """One that is good for four seconds a quarter of that before."""
    wire.token_answers = [Do(status=200, content={"access_token": TOKEN, "expires_in": 4}) for _ in range(2)]
    started, pause = monotonic(), Event()
    while len(wire.token_calls) < 2:
        source.token()
        pause.wait(0.01)
    assert 2.9 < monotonic() - started < 4.0


def test_a_secret_can_be_replaced_without_a_restart(wire: Wire, source: TokenSource, tmp_path: Path) -> None:
    source.token()
    source.refused(TOKEN)
    (tmp_path / "secret").write_text("another")
    source.token()
    assert base64.b64decode(wire.token_calls[1].headers["authorization"][6:]).endswith(b":another")


def test_a_token_refused_late_does_not_throw_away_the_new_one(wire: Wire, source: TokenSource) -> None:
    source.token()
    source.refused("the one before")
    source.token()
    assert len(wire.token_calls) == 1


def test_a_call_whose_token_is_refused_is_repeated_once_with_a_new_one(wire: Wire, target: Open) -> None:
    wire.token_answers = [Do(status=200, content={"access_token": token, "expires_in": 60}) for token in ("one", "two")]
    wire.then(refusal(401, "UNAUTHORIZED", "expired"), PUBLISHED)
    assert target().publish(message(), JANE, idempotency_key="k").published == [JANE]
    assert [call.headers["authorization"] for call in wire.calls] == ["Bearer one", "Bearer two"]


def test_a_call_refused_with_a_new_token_too_stops_the_run(wire: Wire, target: Open) -> None:
    wire.then(refusal(401, "UNAUTHORIZED", "expired"), refusal(401, "UNAUTHORIZED", "expired"))
    with pytest.raises(RunRefused) as refused:
        target().link("m-1", [JANE])
    assert refused.value.data["provider_code"] == "UNAUTHORIZED"


@pytest.mark.parametrize("answer", [RESET, Do(status=500), Do(status=503), Do(status=200, content={})])
def test_a_token_server_in_trouble_is_tried_again(wire: Wire, source: TokenSource, answer: Do) -> None:
    wire.token_answers = [answer]
    with pytest.raises(TryAgain, match="access"):
        source.token()
    assert source.token() == TOKEN


def test_a_busy_token_server_says_when(wire: Wire, source: TokenSource) -> None:
    wire.token_answers = [Do(status=429, headers=("Retry-After: 9",))]
    with pytest.raises(TryAgain) as again:
        source.token()
    assert again.value.retry_after == 9


def test_a_client_the_token_server_does_not_know_stops_the_run(wire: Wire, target: Open) -> None:
    wire.token_answers = [Do(status=401, content={"error": "invalid_client"})]
    with pytest.raises(RunRefused) as refused:
        target().link("m-1", [JANE])
    assert refused.value.data["provider_code"] == "invalid_client"
    assert wire.calls == []


def test_a_secret_that_is_gone_is_tried_again_without_naming_it(source: TokenSource, tmp_path: Path) -> None:
    (tmp_path / "secret").unlink()
    with pytest.raises(TryAgain, match="client_secret_file"):
        source.token()


def test_lanes_of_one_process_share_the_token(wire: Wire, target: Open) -> None:
    wire.then(linked(1), linked(1))
    target().link("m-1", [JANE])
    target().link("m-1", [JANE])
    assert len(wire.token_calls) == 1
