"""The signed head of the audit for anyone: closed by default, what the command prints, and never much work."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import F
from django.http import HttpResponse
from django.test import override_settings
from tests.actors import master
from tests.cli.conftest import Command, command
from tests.portal.test_addresses import without_token
from tests.web.visitors import browser

from eboxcast.accounts.guessing import HEADS, MINUTES
from eboxcast.accounts.models import FailedTry
from eboxcast.audit.actions import record
from eboxcast.audit.models import SigningKey, TreeHead
from eboxcast.audit.signing_keys import create_key, revoke_key

__all__ = ["command"]

pytestmark = pytest.mark.usefixtures("installation")
PHRASE = "a passphrase of the tests"
INES = master("ines")
Answer = dict[str, object]


@pytest.fixture(autouse=True)
def _signing(installation: None) -> Iterator[None]:
    """An installation that gives its head to anyone, with a key; its creation is the first entry."""
    with override_settings(EBOXCAST_SIGNING_PASSPHRASE=PHRASE, EBOXCAST_PUBLIC_AUDIT_HEAD="on"):
        create_key("FPS Example", days=3, actor=INES)
        yield


def ask(query: str = "") -> HttpResponse:
    return browser().get(f"/audit/head{query}")


def given(query: str = "") -> Answer:
    answer = ask(query)
    assert answer.status_code == 200
    return json.loads(answer.content)  # type: ignore[no-any-return]


def a_minute_later() -> None:
    """Let what is counted be a minute older."""
    FailedTry.objects.update(at=F("at") - timedelta(minutes=1))


def test_where_it_is_not_opened_there_is_no_such_address() -> None:
    with override_settings(EBOXCAST_PUBLIC_AUDIT_HEAD="off"):
        answer, nowhere = ask(), browser().get("/audit/none")
    assert without_token(answer).replace("/audit/head", "/audit/none") == without_token(nowhere)
    assert answer.headers == nowhere.headers
    assert not TreeHead.objects.exists()


def test_it_is_what_the_command_prints(command: Command) -> None:
    answer = ask()
    assert answer.content.decode() == command("audit", "head")[1]
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "public, max-age=60"
    assert not answer.cookies


def test_a_size_is_enough_for_the_proof_of_the_command(command: Command, tmp_path: Path) -> None:
    kept = tmp_path / "head.json"
    kept.write_bytes(ask().content)
    for number in range(5):
        record(f"a.number_{number}", by="ines")
    a_minute_later()
    told = given("?since=1")
    assert (told["since"], told["size"]) == (1, 6)
    assert told == json.loads(command("audit", "head", "--since", kept)[1])


def test_it_is_signed_anew_once_a_minute_and_only_if_something_was_recorded() -> None:
    first = given()
    record("a.entry", by="ines")
    assert given() == first
    a_minute_later()
    assert given()["size"] == 2
    a_minute_later()
    assert given("?since=2") == {**given(), "since": 2}
    assert TreeHead.objects.count() == 2


def test_of_a_longer_audit_it_proves_nothing() -> None:
    assert given("?since=99") == given()


@pytest.mark.parametrize("size", ["", "0", "-1", "1.5", "many", "1" * 19, "%00", "\u0661"])
def test_what_is_no_size_is_refused(size: str) -> None:
    answer = ask(f"?since={size}")
    assert (answer.status_code, answer["Cache-Control"]) == (400, "no-store")
    assert b"is not valid" in answer.content


def test_whoever_asks_too_often_waits_and_nobody_else() -> None:
    for _ in range(HEADS.most_from):
        given()
    answer = ask()
    assert (answer.status_code, answer["Retry-After"]) == (429, str(60 * MINUTES))
    assert "requested too often" in answer.content.decode()
    assert browser(REMOTE_ADDR="192.0.2.1").get("/audit/head").status_code == 200


def test_without_a_key_it_says_what_is_missing() -> None:
    with override_settings(EBOXCAST_SIGNING_PASSPHRASE=""):
        answer = ask()
    assert (answer.status_code, answer["Content-Type"]) == (503, "text/plain; charset=utf-8")
    assert "no signing key" in answer.content.decode()


def test_what_the_steward_signed_is_given_where_the_pages_have_no_key() -> None:
    first = given()
    record("a.entry", by="ines")
    a_minute_later()
    for settings in ({"EBOXCAST_SIGNING_PASSPHRASE": ""}, {"EBOXCAST_TSA_URL": "http://127.0.0.1:9"}):
        with override_settings(**settings):
            assert given() == first
        a_minute_later()


def test_an_authority_that_is_silent_is_asked_once_a_minute() -> None:
    with override_settings(EBOXCAST_TSA_URL="http://127.0.0.1:9"):
        assert "did not give a valid timestamp" in ask().content.decode()
        assert "no signing key" in ask().content.decode()


def test_what_a_revoked_key_signed_is_not_given() -> None:
    given()
    revoke_key(SigningKey.objects.get().number, "stolen", actor=INES)
    assert ask().status_code == 503
    create_key("FPS Example", days=3, actor=INES)
    a_minute_later()
    assert given()["fingerprint"] == SigningKey.objects.latest("number").fingerprint


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_nothing_is_sent_to_it(method: str) -> None:
    assert getattr(browser(), method)("/audit/head").status_code == 405
