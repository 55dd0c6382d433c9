"""The file with the identity providers is read whole, or refused with every wrong place."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from eboxcast.inbox.configuration import SignInFileWrong, SignInOptions, sign_in_options

PAGE = Path(__file__).parents[2] / "docs/howto/sign-in-of-recipients.md"
GOOD = 'issuer = "https://identity.example.be/"\nclient_id = "us"\nclient_secret_file = "secret"\n'


def read(folder: Path, text: str) -> object:
    (folder / "secret").write_text("a secret\n")
    (folder / "sign-in.toml").write_text(text)
    return sign_in_options(folder / "sign-in.toml")


def places(folder: Path, text: str) -> list[object]:
    with pytest.raises(SignInFileWrong) as refused:
        read(folder, text)
    return [fault.data["place"] for fault in refused.value.parts]


def test_only_environments_in_the_file_show_their_eboxes(tmp_path: Path) -> None:
    found = read(tmp_path, f"[production]\n{GOOD}")
    options = SignInOptions(
        issuer="https://identity.example.be", client_id="us", client_secret_file=tmp_path / "secret"
    )
    assert found == {"production": options}
    assert options.client_secret() == "a secret"
    assert sign_in_options(None) == {}


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[production", ["TOML"]),
        ("[other]", ["[other]"]),
        ("production = 1", ["[production]"]),
        ("[production]\n" + GOOD + "colour = 1", ["[production] colour"]),
        ("[production]\n" + GOOD.replace("https", "http"), ["[production] issuer"]),
        ('[production]\nclient_id = "us"', ["[production] issuer"]),
        ("[production]\n" + GOOD.replace('"secret"', '"nowhere"'), ["[production] client_secret_file"]),
        ("[production]\ncolour = 1\n[acceptance]\ncolour = 1", ["[production] colour", "[acceptance] colour"]),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, where: list[str]) -> None:
    assert places(tmp_path, text) == where


def test_every_key_is_documented() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert rows == [field.name for field in fields(SignInOptions)]
