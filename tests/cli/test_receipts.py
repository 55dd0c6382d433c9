"""receipt and verify: one recipient's proof, which anyone can verify with the certificate and nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.cli.conftest import Command
from tests.reports.broadcasts import Broadcasts

from eboxcast.audit.models import Entry
from eboxcast.database.environments import environment_connection
from eboxcast.lib.identifiers import text_of_key
from eboxcast.mailboxes.audiences import read_audience
from eboxcast.mailboxes.fence import get_release

P = "production"


@dataclass
class Given:
    """A published run with what was handed out of it."""

    command: Command
    run: str
    numbers: list[str]
    certificate: Path
    receipt: Path

    def take(self, number: str) -> tuple[int, str, str]:
        return self.command("receipt", self.run, "-", "--out", self.receipt, "--force", given=number)

    def verify(self, number: str, *options: object) -> tuple[int, str, str]:
        words = ("verify", self.receipt, "--certificate", self.certificate, "--recipient", "-", *options)
        return self.command(*words, given=number)


@pytest.fixture
def given(broadcasts: Broadcasts, command: Command, tmp_path: Path) -> Given:
    run = broadcasts.published()
    release = get_release(P, run.id)
    keys = read_audience(environment_connection(P), release=release.id, prime=16_381).tolist()
    certificate = tmp_path / "certificate.json"
    assert command("report", run.short, "--format", "json", "--out", certificate)[0] == 0
    return Given(command, run.short, [text_of_key(key) for key in keys], certificate, tmp_path / "receipt.json")


def test_a_receipt_is_verified_by_the_files_alone_and_names_nobody(given: Given) -> None:
    code, out, err = given.take(given.numbers[0])
    assert (code, out) == (0, "")
    assert str(given.receipt) in err
    written = given.receipt.read_text()
    assert [number for number in given.numbers if number in written] == []
    code, out, _ = given.verify(given.numbers[0])
    assert code == 0
    assert out.startswith("This recipient received the document.")
    (entry,) = Entry.objects.filter(action="run.receipt_given")
    assert given.numbers[0] not in repr(entry.data)


def test_it_is_nobody_elses(given: Given) -> None:
    given.take(given.numbers[0])
    code, out, _ = given.verify(given.numbers[1], "--json")
    assert code == 1
    assert json.loads(out)["wrong"] == ["not-this-recipient"]


def test_that_somebody_received_nothing_is_proved_too(given: Given) -> None:
    given.take("85073003328")
    code, out, _ = given.verify("85.07.30-033.28")
    assert code == 0
    assert out.startswith("This recipient did not receive the document")


@pytest.mark.parametrize(
    ("place", "value", "wrong"),
    [
        (("run",), "0" * 8, "other-run"),
        (("document", "sha256"), "0" * 64, "other-document"),
        (("moments", "visible"), "2027-01-01T00:00:00.000+01:00", "other-moment"),
        (("receipts", "root"), "0" * 64, "other-root"),
        (("receipts",), None, "other-root"),
    ],
)
def test_the_certificate_of_another_run_proves_nothing(
    given: Given, place: tuple[str, ...], value: object, wrong: str
) -> None:
    given.take(given.numbers[0])
    told = json.loads(given.certificate.read_text())["certificate"]
    part = told
    for name in place[:-1]:
        part = part[name]
    part[place[-1]] = value
    given.certificate.write_text(json.dumps(told))
    code, out, _ = given.verify(given.numbers[0], "--json")
    assert code == 1
    assert json.loads(out)["wrong"] == [wrong]


def test_what_is_no_receipt_is_said(given: Given) -> None:
    given.receipt.write_text("[]")
    assert given.verify(given.numbers[0])[0] == 3
    given.take(given.numbers[0])
    given.certificate.write_text("[" * 100_000)
    assert given.verify(given.numbers[0])[0] == 3


def test_a_number_is_not_given_as_an_argument(given: Given) -> None:
    code, _, err = given.command("receipt", given.run, given.numbers[0])
    assert code == 2
    assert given.numbers[0] not in err
    given.take(given.numbers[0])
    assert given.command("verify", given.receipt, "--certificate", given.certificate)[0] == 2
    assert given.command("verify", given.receipt)[0] == 2
