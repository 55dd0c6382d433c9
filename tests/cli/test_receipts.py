"""receipt and verify: one recipient's proof, which anyone can verify with the certificate and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import override_settings
from tests.cli.conftest import Command
from tests.reports.broadcasts import Broadcasts

from eboxcast.audit.models import Entry
from eboxcast.database.environments import environment_connection
from eboxcast.lib import clock
from eboxcast.lib.identifiers import text_of_key
from eboxcast.lib.signatures import Signer, new_pair, own_certificate, read_signed
from eboxcast.mailboxes.audiences import read_audience
from eboxcast.mailboxes.fence import get_release
from eboxcast.reports.schemas import CERTIFICATE_KIND

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

    def told(self) -> dict[str, object]:
        """Return what the certificate says."""
        signed = read_signed(self.certificate.read_text(), kind=CERTIFICATE_KIND)
        return json.loads(signed.payload)  # type: ignore[no-any-return]

    def forge(self, told: object) -> None:
        """Have the certificate say something else, signed by a key of somebody else."""
        pair, now = new_pair("a phrase of some length")[0], clock.now()
        own = own_certificate(pair, "FPS Example", since=now, until=now + timedelta(days=1))
        text = Signer(pair, (own,)).sign(json.dumps(told).encode(), kind=CERTIFICATE_KIND, at=now)
        self.certificate.write_text(text)


@pytest.fixture
def passphrase() -> Iterator[None]:
    with override_settings(EBOXCAST_SIGNING_PASSPHRASE="a phrase of some length"):
        yield


@pytest.fixture
def given(broadcasts: Broadcasts, command: Command, passphrase: None, tmp_path: Path) -> Given:
    run = broadcasts.published()
    release = get_release(P, run.id)
    keys = read_audience(environment_connection(P), release=release.id, prime=16_381).tolist()
    certificate = tmp_path / "certificate.jws"
    assert command("keys", "create", "--name", "FPS Example")[0] == 0
    assert command("report", run.short, "--format", "jws", "--out", certificate)[0] == 0
    return Given(command, run.short, [text_of_key(key) for key in keys], certificate, tmp_path / "receipt.json")


def test_a_receipt_is_verified_by_the_files_alone_and_names_nobody(given: Given) -> None:
    code, out, err = given.take(given.numbers[0])
    assert (code, out) == (0, "")
    assert str(given.receipt) in err
    written = given.receipt.read_text()
    assert [number for number in given.numbers if number in written] == []
    code, out, _ = given.verify(given.numbers[0])
    assert code == 0
    assert out.splitlines()[1].startswith("This recipient received the document.")
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
    assert out.splitlines()[1].startswith("This recipient is not among those to whom this run published")
    assert "Another run may have published the same document" in out


def replace(former: str, newer: str) -> None:
    """Let a number have a successor, as a file of eBoxes does."""
    old, new = int(former), int(newer)
    with environment_connection(P).cursor() as cursor:
        cursor.execute("insert into ebox_successor (bucket, old, new) values (%s, %s, %s)", [old % 16_381, old, new])
        cursor.execute("insert into ebox_predecessor (bucket, new, old) values (%s, %s, %s)", [new % 16_381, new, old])


@pytest.mark.parametrize("in_run", ["newer", "former", "neither"])
def test_a_recipient_is_found_by_each_of_their_numbers(given: Given, in_run: str) -> None:
    """Whether their number was replaced before the run or after it; the absence is that of the newer number."""
    former, newer = "85073003328", "07031250183"
    if in_run == "newer":
        newer = given.numbers[0]
    elif in_run == "former":
        former = given.numbers[0]
    replace(former, newer)
    asked, holds = (newer, former) if in_run == "former" else (former, newer)
    code, _, err = given.take(asked)
    assert code == 0
    assert "another number of this recipient" in err
    assert [number for number in (former, newer) if number in err] == []
    code, out, _ = given.verify(holds, "--json")
    assert (code, json.loads(out)["received"]) == (0, in_run != "neither")
    assert "another number" not in given.take(holds)[2]


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
    told = part = given.told()
    for name in place[:-1]:
        part = part[name]  # type: ignore[assignment]
    part[place[-1]] = value
    given.forge(told)
    code, out, _ = given.verify(given.numbers[0], "--json")
    assert code == 1
    assert json.loads(out)["wrong"] == [wrong]


@pytest.mark.parametrize("listed", [False, True])
def test_a_receipt_with_a_certificate_that_anybody_could_type_proves_nothing(given: Given, listed: bool) -> None:
    """With the list of keys too: no key of it signed the certificate. Nothing else is wrong with it."""
    given.take(given.numbers[0])
    keys = given.receipt.with_name("keys.json")
    keys.write_text(given.command("keys", "list", "--json")[1])
    given.certificate.write_text(json.dumps(given.told()))
    code, out, _ = given.verify(given.numbers[0], "--json", *(("--keys", keys) if listed else ()))
    assert code == 1
    assert json.loads(out)["wrong"] == ["not-signed"]
    said = given.verify(given.numbers[0])[1]
    assert said.splitlines() == ["This is not proved.", "The certificate is not signed."]


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
