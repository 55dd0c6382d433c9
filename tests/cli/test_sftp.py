"""`eboxcast sftp-keys` and `eboxcast sftp`: a key is registered, signs in to a running server, and is ended."""

from __future__ import annotations

import json
from pathlib import Path

from tests.broadcasts import people as p
from tests.cli.conftest import Command
from tests.exchange.sftp_clients import public_key

from eboxcast.exchange.models import SftpKey


def test_a_key_is_registered_listed_and_ended(office: None, command: Command, tmp_path: Path) -> None:
    file = tmp_path / "example.pub"
    file.write_text(f"{public_key().strip()} somebody@example")
    assert "No keys" in command("--as", "ines", "sftp-keys", "list")[1]
    code, _, err = command("--as", "ines", "sftp-keys", "add", p.INSTITUTION, file, "--label", "payroll")
    assert code == 0
    key = SftpKey.objects.get()
    assert key.fingerprint in err
    (shown,) = json.loads(command("--as", "lou", "sftp-keys", "list", "--json")[1])["keys"]
    assert (shown["number"], shown["label"], shown["kind"]) == (key.pk, "payroll", "ssh-ed25519")
    assert shown["in_force"] is True
    assert command("--as", "lou", "sftp-keys", "end", key.pk)[0] == 0
    assert "ended" in command("--as", "ines", "sftp-keys", "list")[1]


def test_what_is_no_public_key_is_refused_and_not_repeated(office: None, command: Command) -> None:
    add = ("--as", "ines", "sftp-keys", "add", p.INSTITUTION, "-", "--label", "payroll")
    private = "-----BEGIN OPENSSH PRIVATE KEY-----\nsecret\n"
    for given in ("", "ssh-ed25519", "ssh-ed25519 AAAA", "ssh-dss AAAA", private, f"{public_key()}\n{public_key()}"):
        code, out, err = command(*add, given=given)
        assert code == 3
        assert "secret" not in out + err
    key = public_key()
    assert command(*add, given=key)[0] == 0
    assert command(*add, given=key)[0] == 3
    assert command("--as", "ines", "sftp-keys", "add", "0888888895", "-", "--label", "x", given=public_key())[0] == 2
    assert command(*add, "--days", 900, given=public_key())[0] == 2
    assert command("--as", "anne", "sftp-keys", "list")[0] == 4


def test_the_server_needs_drop_folders(office: None, command: Command) -> None:
    assert command("sftp")[0] == 2
