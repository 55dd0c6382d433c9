"""Becoming a sender and asking for a message type, as people do it: by commands, each in their role."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from tests.cli.conftest import Command
from tests.conftest import Eboxcast
from tests.reports.test_documented import names_in
from tests.senders.forms import CODE, FORM, form_in

from eboxcast.cli.people.message_type import form_in as empty_form
from eboxcast.lib.actors import Actor, Role
from eboxcast.lib.translation import LANGUAGES
from eboxcast.package.sampling import write_sample
from eboxcast.senders.errors import FormWrong
from eboxcast.senders.models import Institution
from eboxcast.senders.people import Particulars, add_person
from eboxcast.senders.request_form import read_request

INES = Actor("ines", frozenset({Role.INTEGRATION}))
ACCEPTANCE = ("--environment", "acceptance")
PRODUCTION = ("--environment", "production")


@pytest.fixture
def people(procedure_on: None) -> None:
    """A validator, somebody of the integration team, and a requester of another institution."""
    other = Institution.objects.create(cbe="0403019261", names={"fr": "Autre", "nl": "Andere", "de": "Andere"})
    for name, role, institution in (
        ("vera", Role.VALIDATOR, ""),
        ("ines", Role.INTEGRATION, ""),
        ("otto", Role.REQUESTER, other.cbe),
    ):
        person = Particulars(full_name=name, language="en", roles=frozenset({role}), institution=institution)
        add_person(name, person, actor=INES)


@pytest.mark.usefixtures("people")
def test_from_the_form_to_production_each_answer_says_whose_turn_it_is(command: Command, tmp_path: Path) -> None:
    turns = []
    for who, *words in (
        ("ines", "request", form_in(tmp_path)),
        ("vera", "validate", "1"),
        ("ines", "accept", "1"),
        ("ines", "configure", CODE, *ACCEPTANCE),
        ("ines", "configure", CODE, *PRODUCTION),
    ):
        number = json.loads(command("--as", "ines", "message-type", "list", "--json")[1])["requests"]
        code, out, err = command("--as", who, "message-type", *(number[0]["number"] if w == "1" else w for w in words))
        assert (code, err) == (0, "")
        turns.append(out.splitlines()[1])
        assert out.splitlines()[2].startswith("Next step: ")
    assert [turn.removeprefix("Waiting for: ") for turn in turns] == [
        "the validator (BCSS)",
        "the integration team",
        "the integration team",
        "the integration team",
        "no one",
    ]


@pytest.mark.usefixtures("people")
def test_a_refusal_is_shown_with_its_reason_and_the_next_request_names_it(command: Command, tmp_path: Path) -> None:
    form = form_in(tmp_path)
    command("--as", "ines", "message-type", "request", form)
    first = json.loads(command("--as", "vera", "message-type", "show", CODE, "--json")[1])["request"]
    assert command("--as", "vera", "message-type", "refuse", first["number"], "--reason", "too vague")[0] == 0
    assert f"request FILE --again {first['number']}" in command("--as", "ines", "message-type", "show", CODE)[1]
    assert command("--as", "ines", "message-type", "request", form, "--again", first["number"])[0] == 0
    again = json.loads(command("--as", "ines", "message-type", "show", CODE, "--json")[1])["request"]
    assert (again["state"], again["turn"], again["replaces"]) == ("requested", "validator", first["number"])
    out = command("--as", "ines", "message-type", "show", first["number"])[1]
    assert "refused, by vera: too vague" in out
    assert f"as request {again['number']}" in out


@pytest.mark.usefixtures("people")
def test_a_step_at_the_wrong_time_or_by_the_wrong_person_is_refused(command: Command, tmp_path: Path) -> None:
    command("--as", "ines", "message-type", "request", form_in(tmp_path))
    code, _, err = command("--as", "ines", "message-type", "configure", CODE, *PRODUCTION)
    assert code == 4
    assert "waiting for BCSS" in err
    code, _, err = command("--as", "ines", "message-type", "validate", "1")
    assert code == 4
    assert "validator" in err
    assert command("--as", "otto", "message-type", "show", CODE)[0] == 2
    assert command("--as", "otto", "message-type", "list")[1] == ""


def test_all_that_is_wrong_with_a_form_is_said(installation: None, command: Command, tmp_path: Path) -> None:
    form = form_in(tmp_path, **{'"CITIZEN"': '"PEOPLE"', "250000": "0"})
    code, out, err = command("message-type", "request", form)
    assert (code, out) == (3, "")
    assert "message_type ebox_type: Write one of: CITIZEN, ENTERPRISE." in err
    assert "expected recipients: Write a whole number from 1" in err


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_empty_form_asks_for_what_the_reader_wants_and_nothing_else(language: str, tmp_path: Path) -> None:
    path = tmp_path / "form.toml"
    path.write_text(empty_form(language), encoding="utf-8")
    asked, wanted = (tomllib.loads(text) for text in (path.read_text("utf-8"), FORM))
    del wanted["technical_contact"]["phone"]
    assert {table: set(keys) for table, keys in asked.items()} == {table: set(keys) for table, keys in wanted.items()}
    with pytest.raises(FormWrong) as refusal:
        read_request(path)
    assert len(refusal.value.parts) > 20


def test_what_the_form_command_prints_is_that_form(installation: None, command: Command) -> None:
    assert command("message-type", "form")[1].strip() == empty_form("en")


@pytest.mark.usefixtures("installation")
def test_the_list_has_a_line_for_each_code(command: Command, tmp_path: Path) -> None:
    assert "message-type form" in command("message-type", "list")[2]
    command("message-type", "load", write_sample(tmp_path / "sample", recipients=1).message_types)
    command("message-type", "request", form_in(tmp_path))
    lines = command("message-type", "list")[1].splitlines()
    assert [line.split()[0] for line in lines[1:]] == sorted({CODE, *(line.split()[0] for line in lines[1:])})
    assert any("configured in production" in line for line in lines)
    assert any(CODE in line and "waiting for BCSS" in line for line in lines)


def test_what_works_in_acceptance_only_says_so_in_production(eboxcast: Eboxcast, tmp_path: Path) -> None:
    """Real processes: the trap of a type that was tried and never asked for in production."""
    sample = write_sample(tmp_path / "sample", recipients=20)
    assert eboxcast("message-type", "load", sample.message_types, *ACCEPTANCE).returncode == 0
    assert eboxcast("publish", sample.directory, *ACCEPTANCE).returncode == 0
    refused = eboxcast("publish", sample.directory, *PRODUCTION)
    assert refused.returncode == 4
    assert "DEMO-INFO is configured in acceptance only" in refused.stderr.replace("\n", " ")
    assert "message-type configure DEMO-INFO --environment production" in refused.stderr.replace("\n", " ")
    assert eboxcast("runs", *PRODUCTION, "--json").stdout.count('"run"') == 0
    assert eboxcast("message-type", "configure", "DEMO-INFO", *PRODUCTION).returncode == 0
    assert eboxcast("publish", sample.directory, *PRODUCTION).returncode == 0


PAGES = Path(__file__).parents[2] / "docs/reference"


def test_the_form_on_its_page_is_right_and_has_every_key_it_explains(tmp_path: Path) -> None:
    page = (PAGES / "type-request-file.md").read_text("utf-8")
    shown = re.search(r"```toml\n(.*?)```", page, re.DOTALL)
    assert shown
    path = tmp_path / "form.toml"
    path.write_text(shown[1].replace("= [2027", "= [2127").replace(", 2027", ", 2127"), encoding="utf-8")
    read_request(path)
    explained = re.findall(r"^## `\[(\w+)\]`\n(.*?)(?=^## )", page, re.MULTILINE | re.DOTALL)
    keys = {table: set(re.findall(r"^\| `(\w+)`", body, re.MULTILINE)) for table, body in explained}
    assert keys == {table: set(values) for table, values in tomllib.loads(shown[1]).items()}


def test_each_name_in_the_answers_is_explained(installation: None, command: Command, tmp_path: Path) -> None:
    command("message-type", "load", write_sample(tmp_path / "sample", recipients=1).message_types)
    command("message-type", "request", form_in(tmp_path))
    explained = set(re.findall(r"`([a-z0-9_]+)`", (PAGES / "answers-json.md").read_text("utf-8")))
    for words in (("list",), ("show", CODE)):
        answer = json.loads(command("message-type", *words, "--json")[1])
        assert set(names_in(answer)) - explained - set(LANGUAGES) == set()
