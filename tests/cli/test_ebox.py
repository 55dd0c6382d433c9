"""ebox - shows what an eBox of acceptance shows, and never whose it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.actors import master
from tests.cli.conftest import Command
from tests.conftest import Eboxcast
from tests.reports.broadcasts import SENDER, Broadcasts

from eboxcast.delivery.runs import actions
from eboxcast.lib.identifiers import text_of_key
from eboxcast.mailboxes.models import Reading
from eboxcast.package.model import EboxType, Package

A = "acceptance"


def published(broadcasts: Broadcasts, **particulars: object) -> Package:
    package = broadcasts.package(5, **particulars)
    broadcasts.launched(actions.prepare(package, environment=A, actor=master(SENDER)))
    return package


def owner(package: Package) -> str:
    return text_of_key(int(package.keys[0]))


def test_it_shows_title_sender_dates_and_document(broadcasts: Broadcasts, command: Command) -> None:
    package = published(broadcasts)
    code, out, err = command("ebox", "-", given=owner(package) + "\n")
    assert (code, err) == (0, "")
    assert out.startswith("This eBox contains 1 message")
    for words in (package.metadata.title, "Demonstration Office · Demonstration mail", "information-fr.pdf", "Until"):
        assert words in out
    assert owner(package) not in out


def test_looking_marks_nothing_as_read(broadcasts: Broadcasts, command: Command) -> None:
    package = published(broadcasts)
    command("ebox", "-", given=owner(package))
    assert not Reading.objects.using(A).exists()


def test_the_document_can_be_saved_byte_for_byte(broadcasts: Broadcasts, command: Command, tmp_path: Path) -> None:
    package = published(broadcasts)
    out = tmp_path / "letter.pdf"
    assert command("ebox", "-", "--document", out, given=owner(package))[0] == 0
    assert out.read_bytes() == package.files.document.read_bytes()
    assert command("ebox", "-", "--document", out, given=owner(package))[0] == 2


def test_the_newest_comes_first_and_others_by_number(broadcasts: Broadcasts, command: Command, tmp_path: Path) -> None:
    older = published(broadcasts, seed=1, title="Older")
    newer = published(broadcasts, seed=1, language="nl", title="Newer")
    assert older.keys.tolist() == newer.keys.tolist()
    _, out, _ = command("ebox", "-", "--json", given=owner(older))
    assert [message["title"] for message in json.loads(out)["messages"]] == ["Newer", "Older"]
    saved = tmp_path / "second.pdf"
    command("ebox", "-", "--number", "2", "--document", saved, given=owner(older))
    assert saved.read_bytes() == older.files.document.read_bytes()
    assert command("ebox", "-", "--number", "3", "--document", tmp_path / "x", given=owner(older))[0] == 2


def test_an_enterprise_has_an_ebox_too(broadcasts: Broadcasts, command: Command) -> None:
    package = published(broadcasts, ebox_type=EboxType.ENTERPRISE)
    assert "1 message" in command("ebox", "-", given=owner(package))[1]


def test_an_ebox_without_anything_says_so(broadcasts: Broadcasts, command: Command) -> None:
    package = broadcasts.package(5)
    assert command("ebox", "-", given=owner(package)) == (0, "This eBox contains no messages.\n", "")


def test_nobody_looks_into_production(broadcasts: Broadcasts, command: Command) -> None:
    package = published(broadcasts)
    code, out, err = command("ebox", "-", "--environment", "production", given=owner(package))
    assert (code, out) == (4, "")
    assert "acceptance only" in err


@pytest.mark.parametrize("given", ["", "no number", "00010100199", "00.01.01-001.05 00.01.01-001.05", "9" * 500])
def test_what_is_no_identifier_is_refused_and_not_repeated(
    broadcasts: Broadcasts, command: Command, given: str
) -> None:
    code, out, err = command("ebox", "-", given=given)
    assert (code, out) == (2, "")
    assert not given or given not in err


def test_the_real_command_takes_it_from_standard_input(broadcasts: Broadcasts, eboxcast: Eboxcast) -> None:
    package = published(broadcasts)
    done = eboxcast("ebox", "-", "--json", given=owner(package))
    assert (done.returncode, done.stderr) == (0, "")
    assert len(json.loads(done.stdout)["messages"]) == 1
