"""Signing in with the organisation's provider, which is a real one in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import urllib3
from django.test import Client, override_settings
from tests.accounts.test_factors import next_code, set_up
from tests.broadcasts import people as p
from tests.web.test_kept_forms import hidden, window_of_anne
from tests.web.visitors import account_of, browser

from eboxcast.accounts.invitations import invite, invited
from eboxcast.accounts.sign_on_options import SignOnOptions
from eboxcast.audit.models import Entry

PROGRAM = Path(sys.executable).with_name("eboxcast")
BACK = "http://127.0.0.1:8400/sign-in/provider/back"
PEOPLE = {
    "people": [
        {"name": "Anne", "email": "anne@example.be"},
        {"name": "Bram", "email": "bram@example.be", "verified": False},
        {"name": "Nobody here", "email": "nobody@example.be"},
    ]
}
ANNE, BRAM, NOBODY = "person-1", "person-2", "person-3"


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    people = tmp_path_factory.mktemp("identity") / "people.json"
    people.write_text(json.dumps(PEOPLE))
    words = [PROGRAM, "simulate-sign-in", people, "--redirect", BACK]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
        assert process.stdout
        yield json.loads(process.stdout.readline())["issuer"]
        process.terminate()


def options(issuer: str, *, second_factor: bool = False) -> SignOnOptions:
    return SignOnOptions(
        issuer=issuer, client_id="eboxcast", secret="simulated", name="Example login", second_factor=second_factor
    )


@pytest.fixture
def signing_on(january: None, issuer: str) -> Iterator[None]:
    with override_settings(EBOXCAST_SIGN_ON=options(issuer)):
        yield


def choose(address: str, person: str) -> dict[str, str]:
    """Return what somebody comes back with who was sent to an address."""
    answer = urllib3.PoolManager(retries=False, timeout=20).request(
        "POST", address, fields={"person": person}, encode_multipart=False, redirect=False
    )
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


def sign_on(client: Client, person: str, path: str = "/sign-in/provider"):
    begun = client.get(path)
    assert begun.status_code == 302, begun.content
    return client.get("/sign-in/provider/back", choose(begun.headers["Location"], person))


@pytest.mark.usefixtures("signing_on")
def test_somebody_signs_in_without_a_password_and_out_again() -> None:
    account_of(p.ANNE)
    client = browser()
    assert "Sign in with Example login" in client.get("/sign-in").content.decode()
    assert sign_on(client, ANNE, "/sign-in/provider?next=/account").headers["Location"] == "/account"
    assert client.get("/account").status_code == 200
    assert Entry.objects.get(action="account.signed_in").data["how"] == "provider"
    assert client.post("/sign-out").headers["Location"] == "/signed-out"
    left = client.get("/signed-out").content.decode()
    assert "/end?client_id=eboxcast" in left
    assert client.get("/account").status_code == 302


@pytest.mark.usefixtures("signing_on")
@pytest.mark.parametrize("person", [BRAM, NOBODY])
def test_whoever_has_no_account_here_or_no_verified_address_is_told_the_same(person: str) -> None:
    account_of(p.BRAM)
    client = browser()
    answer = sign_on(client, person)
    assert answer.status_code == 403
    assert "no account here belongs to you" in answer.content.decode()
    assert client.get("/").status_code == 302


@pytest.mark.usefixtures("signing_on")
def test_whoever_cancels_or_comes_twice_is_not_signed_in() -> None:
    account_of(p.ANNE)
    client = browser()
    assert sign_on(client, "").status_code == 403
    begun = client.get("/sign-in/provider")
    query = choose(begun.headers["Location"], ANNE)
    assert browser().get("/sign-in/provider/back", query).status_code == 403, "in another browser"
    assert client.get("/sign-in/provider/back", {**query, "state": "other"}).status_code == 403
    assert client.get("/sign-in/provider/back", query).status_code == 403, "what was begun is good for one answer"
    assert client.get("/").status_code == 302


@pytest.mark.usefixtures("signing_on")
def test_a_second_factor_is_shown_here_unless_the_provider_asks_for_it(issuer: str) -> None:
    secret, _ = set_up(p.ANNE)
    client = browser()
    assert sign_on(client, ANNE, "/sign-in/provider?next=/account").headers["Location"] == "/sign-in/second-factor"
    assert client.get("/").status_code == 302
    assert client.post("/sign-in/second-factor", {"code": next_code(secret)}).headers["Location"] == "/account"
    with override_settings(EBOXCAST_SIGN_ON=options(issuer, second_factor=True)):
        assert sign_on(browser(), ANNE).headers["Location"] == "/"


@pytest.mark.usefixtures("signing_on")
def test_who_is_invited_links_the_account_in_the_place_of_a_password() -> None:
    account_of(p.BRAM)
    text = invite("bram", days=7, actor=p.INES)
    client = browser()
    assert "Example login" in client.get(f"/invitation/{text}").content.decode()
    assert sign_on(client, BRAM, f"/invitation/{text}/provider").headers["Location"] == "/"
    assert client.get("/account").status_code == 200
    assert browser().get(f"/invitation/{text}").status_code == 404
    assert sign_on(browser(), BRAM).headers["Location"] == "/", "by the subject, whatever the address"


@pytest.mark.usefixtures("signing_on")
def test_what_was_typed_before_the_session_ended_comes_back_from_the_provider_too() -> None:
    client = window_of_anne()
    kept = hidden(client.post("/account", {"remark": "kept"}).content.decode(), "kept")
    client.post("/sign-in", {"kept": kept})
    assert hidden(sign_on(client, ANNE).content.decode(), "remark") == "kept"


@pytest.mark.usefixtures("signing_on")
def test_an_invitation_is_not_used_up_by_who_cancels() -> None:
    account_of(p.BRAM)
    text = invite("bram", days=7, actor=p.INES)
    assert sign_on(browser(), "", f"/invitation/{text}/provider").status_code == 403
    assert invited(text).name == "bram"


def test_a_simulated_provider_signs_nobody_in_on_a_real_installation(real_installation: None, issuer: str) -> None:
    account_of(p.ANNE)
    with override_settings(EBOXCAST_SIGN_ON=options(issuer)):
        answer = browser().get("/sign-in/provider")
        assert answer.status_code == 403
        assert "simulated" in answer.content.decode()


@pytest.mark.usefixtures("january")
def test_a_provider_that_does_not_answer_leaves_the_other_ways_open() -> None:
    with override_settings(EBOXCAST_SIGN_ON=options("http://127.0.0.1:1")):
        answer = browser().get("/sign-in/provider")
        assert answer.status_code == 503
        assert "Back to signing in" in answer.content.decode()
        assert browser().get("/sign-in").status_code == 200
