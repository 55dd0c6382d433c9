"""What proves something later, killed while it is made: nothing of it is there, and the next one makes all of it."""

from __future__ import annotations

import json
import signal
from pathlib import Path

from tests.faults.conftest import NewLetter
from tests.faults.machine import Letter, Machine

from eboxcast.lib.crashpoints import Proving
from eboxcast.lib.identifiers import text_of_key
from eboxcast.mailboxes.models import ReceiptTree

PRODUCTION = ("--environment", "production")


def killed(machine: Machine, point: Proving, *command: object) -> None:
    done = machine.run(*command, EBOXCAST_TEST="1", EBOXCAST_CRASH_AT=point)
    assert done.returncode == -signal.SIGKILL


def receipt_of(machine: Machine, letter: Letter, folder: Path) -> dict[str, object]:
    """Take the receipt of a recipient, and verify it with the certificate."""
    run = json.loads(machine.run("runs", "--json").stdout)["runs"][0]["run"]
    certificate, receipt = folder / "certificate.json", folder / "receipt.json"
    number = text_of_key(min(letter.keys))
    assert machine.run("report", run, "--format", "json", "--out", certificate, "--force").returncode == 0
    taken = machine.run("receipt", run, "-", "--out", receipt, "--force", given=number)
    assert taken.returncode == 0, taken.stderr
    words = ("verify", receipt, "--certificate", certificate, "--recipient", "-", "--json")
    return json.loads(machine.run(*words, given=number).stdout)  # type: ignore[no-any-return]


def test_killed_while_the_tree_of_receipts_is_made(machine: Machine, new_letter: NewLetter, tmp_path: Path) -> None:
    letter = new_letter("receipts")
    command = ("publish", letter.directory, *PRODUCTION)
    for _ in range(2):
        killed(machine, Proving.TREE_BEFORE_COMMIT, *command)
        assert not ReceiptTree.objects.using("production").exists()
        assert machine.audience("production", "receipts") == letter.keys
    assert machine.run(*command).returncode == 0
    assert ReceiptTree.objects.using("production").count() == 1
    assert machine.audited("run.published") == 1
    verdict = receipt_of(machine, letter, tmp_path)
    assert verdict["wrong"] == ["not-signed"]  # there is no key here; all else is right
    assert verdict["received"]


def test_killed_while_the_audit_is_sealed(machine: Machine, new_letter: NewLetter) -> None:
    new_letter("sealed")
    killed(machine, Proving.SEALED_BEFORE_COMMIT, "audit", "anchor")
    found = json.loads(machine.run("audit", "verify", "--json").stdout)
    assert found["good"]
    assert found["seals"] == 0
    assert found["unsealed"] > 0
    assert machine.run("audit", "anchor").returncode == 0
    again = json.loads(machine.run("audit", "verify", "--json").stdout)
    assert again["good"]
    assert (again["seals"], again["unsealed"]) == (found["unsealed"], 0)
