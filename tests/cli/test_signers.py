"""`eboxcast signers`: a certificate is registered, listed and ended."""

from __future__ import annotations

import json
from pathlib import Path

from tests.authorities import own
from tests.broadcasts import people as p
from tests.cli.conftest import Command

from eboxcast.exchange.models import Signer


def test_a_certificate_is_registered_listed_and_ended(office: None, command: Command, tmp_path: Path) -> None:
    file = tmp_path / "example.pem"
    file.write_bytes(own("Payroll"))
    assert "No certificates" in command("--as", "ines", "signers", "list")[1]
    add = ("--as", "ines", "signers", "add", p.INSTITUTION, file, "--label", "payroll")
    code, _, err = command(*add)
    assert code == 0
    signer = Signer.objects.get()
    assert signer.fingerprint in err
    (shown,) = json.loads(command("--as", "lou", "signers", "list", "--json")[1])["signers"]
    assert (shown["number"], shown["label"], shown["name"]) == (signer.pk, "payroll", "Payroll")
    assert command(*add)[0] == 3
    assert command("--as", "lou", "signers", "end", signer.pk)[0] == 4
    assert command("--as", "ines", "signers", "end", signer.pk)[0] == 0
    assert "ended" in command("--as", "ines", "signers", "list")[1]
    assert command("--as", "anne", "signers", "list")[0] == 4
    assert command("--as", "ines", "signers", "end", 9)[0] == 2
