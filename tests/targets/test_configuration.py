"""The file of targets is read whole, or refused with every wrong place."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from eboxcast.targets.configuration import known_keys, read_targets
from eboxcast.targets.ebox_rest.options import EboxRestOptions
from eboxcast.targets.opening import KINDS
from eboxcast.targets.options import LocalOptions, TargetsFileWrong

PAGE = Path(__file__).parents[2] / "docs/reference/targets.md"
REMOTE = """
kind = "ebox-rest"
base_url = "https://provider.example/ebox/citizen/v2/"
token_url = "https://provider.example/oauth"
client_id = "us"
client_secret_file = "secret"
"""


def write(folder: Path, text: str) -> Path:
    (folder / "secret").write_text("a secret")
    (folder / "empty").write_text("\n")
    path = folder / "targets.toml"
    path.write_text(text, "utf-8")
    return path


def places(folder: Path, text: str) -> list[object]:
    with pytest.raises(TargetsFileWrong) as refused:
        read_targets(write(folder, text))
    return [fault.data["place"] for fault in refused.value.parts]


def test_what_is_not_in_the_file_uses_its_own_eboxes(tmp_path: Path) -> None:
    targets = read_targets(write(tmp_path, '[acceptance]\nkind = "local"\n'))
    assert targets == {"acceptance": LocalOptions(), "production": LocalOptions()}


def test_a_remote_target_has_defaults_and_files_beside_the_file(tmp_path: Path) -> None:
    options = read_targets(write(tmp_path, f"[production]{REMOTE}"))["production"]
    assert options == EboxRestOptions(
        base_url="https://provider.example/ebox/citizen/v2",
        token_url="https://provider.example/oauth",
        client_id="us",
        client_secret_file=tmp_path / "secret",
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('base_url = "http://provider.example"', "https://"),
        ('base_url = "provider.example"', "an address such as"),
        ('base_url = "https://me:secret@provider.example"', "password"),
        ('base_url = "https://provider.example/?a=b"', "?"),
        ('base_url = "https://provider.example:port"', "an address such as"),
        ('base_url = "ftp://provider.example"', "an address such as"),
        ("base_url = 3", "an address such as"),
        ('base_url = "https://provider.example/été"', "ASCII"),
        ('client_secret_file = "missing"', "cannot be read"),
        ('client_secret_file = "empty"', "empty"),
        ('client_secret_in = "url"', "header, body"),
        ('kind = "ebox-soap"', "local, ebox-rest"),
        ('links = "yes"', "true or false"),
        ("largest_call = 0", "from 1"),
        ("statuses_per_call = true", "whole number"),
        ("parallel = 65", "from 1 to 64"),
        ("rate = -1", "0 for no limit"),
        ("rate = nan", "0 for no limit"),
        ("connect_seconds = 0", "above 0"),
        ("answer_seconds = inf", "above 0"),
        ('metas = "YEAR"', "list"),
        ('metas = ["YEAR", 3]', "list"),
        ("client_secret_file = 3", "name of a file"),
        ('base_uri = "x"', "no field"),
        ('client_id = ""', "missing"),
        ("client_id = 3", "text"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(tmp_path: Path, line: str, said: str) -> None:
    key = line.split(" ")[0]
    others = re.sub(rf"^{key} = .*\n", "", REMOTE, flags=re.MULTILINE)
    with pytest.raises(TargetsFileWrong) as refused:
        read_targets(write(tmp_path, f"[production]{others}{line}\n"))
    [fault] = refused.value.parts
    assert (refused.value.data["file"], fault.data["place"]) == ("targets.toml", f"[production] {key}")
    assert said in fault.remedy.format_map(fault.data)


@pytest.mark.parametrize("key", ["base_url", "token_url", "client_id", "client_secret_file"])
def test_a_remote_target_needs_its_addresses_and_its_client(tmp_path: Path, key: str) -> None:
    without = re.sub(rf"^{key} = .*\n", "", REMOTE, flags=re.MULTILINE)
    assert places(tmp_path, f"[acceptance]{without}") == [f"[acceptance] {key}"]


def test_acceptance_cannot_be_production_by_mistake(tmp_path: Path) -> None:
    assert places(tmp_path, f"[acceptance]{REMOTE}[production]{REMOTE}") == ["[production] base_url"]


def test_a_certificate_key_needs_its_certificate(tmp_path: Path) -> None:
    text = f'[production]{REMOTE}certificate_key_file = "secret"\n'
    assert places(tmp_path, text) == ["[production] certificate_file"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[staging]\n", "[staging]"),
        ("production = 1\n", "[production]"),
        ("[production\n", "TOML"),
        ("kind = 'local'\n", "[kind]"),
        ("[production]\nkind = ['local']\n", "[production] kind"),
    ],
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str, place: str) -> None:
    assert places(tmp_path, text) == [place]


def test_everything_that_is_wrong_is_named_at_once(tmp_path: Path) -> None:
    text = "[acceptance]\nparallel = 0\n[production]\nkind = 'ebox-rest'\nlinks = 3\ncolour = 'red'\n"
    assert places(tmp_path, text) == [
        "[acceptance] parallel",
        "[production] base_url",
        "[production] token_url",
        "[production] client_id",
        "[production] client_secret_file",
        "[production] links",
        "[production] colour",
    ]


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TargetsFileWrong) as refused:
        read_targets(tmp_path / "targets.toml")
    assert refused.value.parts[0].data["problem"] == "No such file or directory"


def test_plain_http_is_for_this_machine(tmp_path: Path) -> None:
    text = REMOTE.replace("https://provider.example", "http://127.0.0.1:8000")
    assert read_targets(write(tmp_path, f"[acceptance]{text}"))["acceptance"].base_url.startswith("http://127")


def test_a_provider_may_be_set_aside_with_its_keys_left_in_the_file(tmp_path: Path) -> None:
    text = REMOTE.replace('"ebox-rest"', '"local"')
    assert read_targets(write(tmp_path, f"[production]{text}"))["production"] == LocalOptions()


@pytest.mark.parametrize("kind", KINDS)
def test_every_option_of_a_kind_is_a_key_of_the_file(kind: str) -> None:
    assert {field.name for field in fields(KINDS[kind].options)} <= known_keys()


def test_the_page_explains_every_key_and_shows_a_file_that_can_be_read(tmp_path: Path) -> None:
    page = PAGE.read_text("utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == known_keys()
    shown = re.search(r"```toml\n(.*?)```", page, re.DOTALL)
    assert shown
    for name in re.findall(r'_file = "([^"]+)"', shown[1]):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("something")
    assert read_targets(write(tmp_path, shown[1]))["production"].kind == EboxRestOptions.kind
