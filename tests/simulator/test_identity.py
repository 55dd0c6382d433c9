"""The simulated identity provider, spoken to as a site and as a browser do."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import urllib3
from joserfc import jwt
from joserfc.jwk import KeySet
from tests.simulator.simulated import PROGRAM

BACK = "http://127.0.0.1:8400/ebox/signed-in"
PEOPLE = {
    "people": [
        {"name": "Recipient <1>", "number": "06022180167"},
        {
            "name": "Recipient 2",
            "number": "05.09.05-511.89",
            "mandates": [{"number": "0456789034", "name": "Demo & Co"}],
        },
    ]
}
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
ASKED = {
    "response_type": "code",
    "client_id": "eboxcast",
    "redirect_uri": BACK,
    "scope": "openid profile",
    "state": "s1",
    "nonce": "n1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
    "ui_locales": "fr",
}


class Browser:
    """Whoever signs in, and the site they come from."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.pool = urllib3.PoolManager(retries=False, timeout=20)

    def ask(self, method: str = "GET", *, person: str = "", **changes: str) -> urllib3.BaseHTTPResponse:
        query = urlencode({name: value for name, value in {**ASKED, **changes}.items() if value})
        posted = {"fields": {"person": person}, "encode_multipart": False} if method == "POST" else {}
        return self.pool.request(method, f"{self.issuer}/authorize?{query}", redirect=False, **posted)

    def code(self, person: str, **changes: str) -> str:
        answer = self.ask("POST", person=person, **changes)
        return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]

    def token(self, code: str, **changes: str) -> urllib3.BaseHTTPResponse:
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
        headers = urllib3.make_headers(basic_auth=changes.pop("client", "eboxcast:simulated"))
        return self.pool.request(
            "POST", f"{self.issuer}/token", fields={**fields, **changes}, headers=headers, encode_multipart=False
        )


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A provider in a process of its own."""
    people = tmp_path_factory.mktemp("identity") / "people.json"
    people.write_text(json.dumps(PEOPLE))
    process = subprocess.Popen([PROGRAM, "simulate-sign-in", people, "--redirect", BACK], stdout=subprocess.PIPE)
    assert process.stdout
    yield Browser(json.loads(process.stdout.readline())["issuer"])
    process.terminate()
    process.communicate()


def test_whoever_comes_chooses_who_they_are(browser: Browser) -> None:
    """In the language of the site; nobody's number is on the page, and no name is markup."""
    page = browser.ask().data.decode()
    assert '<html lang="fr">' in page
    assert "Recipient &lt;1&gt;" in page
    assert "Demo &amp; Co" in page
    assert "06.02.**-***.67" in page
    assert "06022180167" not in page


def test_the_site_is_told_who_it_is_once(browser: Browser) -> None:
    """Signed, for this site and this sign-in; a code is good for one answer."""
    code = browser.code("person-2")
    answer = browser.token(code).json()
    keys = KeySet.import_key_set(browser.pool.request("GET", f"{browser.issuer}/keys").json())
    claims = jwt.decode(answer["id_token"], keys, ["RS256"]).claims
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (browser.issuer, ["eboxcast"], "n1")
    assert claims["national_number"] == "05090551189"
    assert claims["enterprises"] == [{"number": "0456789034", "name": "Demo & Co"}]
    assert browser.token(code).status == 400


def test_whoever_cancels_is_sent_back_with_that(browser: Browser) -> None:
    """And with the state, by which the site knows its own request."""
    back = urlsplit(browser.ask("POST").headers["Location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == BACK
    assert parse_qs(back.query)["error"] == ["access_denied"]
    assert parse_qs(back.query)["state"] == ["s1"]


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": BACK + "/../elsewhere"},
        {"redirect_uri": "https://evil.example/ebox/signed-in"},
        {"redirect_uri": ""},
        {"client_id": "other"},
        {"response_type": "token"},
        {"nonce": ""},
        {"code_challenge": "short"},
    ],
    ids="-".join,
)
def test_nobody_is_sent_elsewhere(browser: Browser, changes: dict[str, str]) -> None:
    """A request that is not one of our sites is told so on the page."""
    for answer in (browser.ask(**changes), browser.ask("POST", person="person-1", **changes)):
        assert answer.status == 400
        assert "Location" not in answer.headers


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "w" * 43},
        {"code_verifier": ""},
        {"redirect_uri": "http://127.0.0.1:8400/other"},
        {"client": "eboxcast:guessed"},
    ],
)
def test_a_stolen_code_opens_nothing(browser: Browser, changes: dict[str, str]) -> None:
    """Without the verifier and the secret of the site."""
    code = browser.code("person-1", nonce=f"n{changes}"[:40])
    assert browser.token(code, **changes).status in (400, 401)


def test_it_says_that_it_is_simulated(browser: Browser) -> None:
    """So that real eBoxes can refuse it."""
    found = browser.pool.request("GET", f"{browser.issuer}/.well-known/openid-configuration").json()
    assert found["eboxcast_simulated"] is True
    assert found["code_challenge_methods_supported"] == ["S256"]


def test_signing_out_leads_back_to_the_site_only(browser: Browser) -> None:
    """Not to wherever an address says."""

    def end(address: str) -> urllib3.BaseHTTPResponse:
        query = urlencode({"post_logout_redirect_uri": address})
        return browser.pool.request("GET", f"{browser.issuer}/end?{query}", redirect=False)

    assert end("http://127.0.0.1:8400/ebox/").headers["Location"] == "http://127.0.0.1:8400/ebox/"
    assert end("http://evil.example/").status == 400


@pytest.mark.parametrize(
    "content",
    ["", "{}", '{"people": 1}', '{"people": [{"name": "x"}]}', '{"people": [{"name": "x", "number": "06022180168"}]}'],
)
def test_a_file_of_people_that_is_wrong_is_refused(tmp_path: Path, content: str) -> None:
    """With the place, and without a number."""
    file = tmp_path / "people.json"
    file.write_text(content)
    words = [PROGRAM, "simulate-sign-in", file, "--redirect", BACK]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert "people" in ended.stderr
    assert "06022180168" not in ended.stderr
