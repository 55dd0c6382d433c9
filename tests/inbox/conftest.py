"""An identity provider in a process of its own, for all tests of these pages."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import urllib3
from django.test import override_settings
from tests.mailboxes.conftest import order

from eboxcast.inbox.configuration import SignInOptions, sign_in_options

__all__ = ["order"]

PROGRAM = Path(sys.executable).with_name("eboxcast")
BACK = "http://127.0.0.1:8400/ebox/signed-in"
BACK_ACCEPTANCE = "http://127.0.0.1:8400/ebox-acceptance/signed-in"
ALICE, BEN, COMPANY = 6022180167, 5090551189, 10**12 + 456789034
PEOPLE = {
    "people": [
        {"name": "Alice", "number": "06022180167"},
        {"name": "Ben", "number": "05090551189", "mandates": [{"number": "0456789034", "name": "Demo & Co"}]},
    ]
}


@dataclass(frozen=True)
class Provider:
    """A running identity provider, and the browser that goes there."""

    issuer: str
    options: SignInOptions

    def choose(self, address: str, person: str) -> dict[str, str]:
        """Return what somebody comes back with who was sent to an address; nobody is chosen by an empty text."""
        pool = urllib3.PoolManager(retries=False, timeout=20)
        answer = pool.request("POST", address, fields={"person": person}, encode_multipart=False, redirect=False)
        return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


@pytest.fixture(scope="session", params=["id-token", "userinfo"])
def provider(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """A provider of either kind: one that tells numbers in the ID token, and one that tells them apart."""
    yield from _serve(tmp_path_factory.mktemp("identity"), *(["--userinfo"] if request.param == "userinfo" else []))


def _serve(folder: Path, *options: str) -> Iterator[Provider]:
    (folder / "people.json").write_text(json.dumps(PEOPLE))
    (folder / "secret").write_text("simulated\n")
    back = ["--redirect", BACK, "--redirect", BACK_ACCEPTANCE]
    words = [PROGRAM, "simulate-sign-in", folder / "people.json", *back, *options]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
        assert process.stdout
        issuer = json.loads(process.stdout.readline())["issuer"]
        table = f'issuer = "{issuer}"\nclient_id = "eboxcast"\nclient_secret_file = "secret"\n'
        (folder / "sign-in.toml").write_text(f"[production]\n{table}[acceptance]\n{table}")
        yield Provider(issuer, sign_in_options(folder / "sign-in.toml")["production"])
        process.terminate()


@pytest.fixture
def eboxes_shown(installation: None, tmp_path: Path) -> Iterator[None]:
    """Both environments show their eBoxes; nobody asks the identity provider anything."""
    (tmp_path / "secret").write_text("simulated")
    options = SignInOptions(issuer="http://127.0.0.1:1", client_id="eboxcast", client_secret_file=tmp_path / "secret")
    with override_settings(EBOXCAST_SIGN_IN={"production": options, "acceptance": options}):
        yield
