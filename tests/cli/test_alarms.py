"""`eboxcast alarms`: where alarms go, with an address that stands in no list of processes."""

from __future__ import annotations

import json

from tests.cli.conftest import Command
from tests.notices.receiver import receiving

from eboxcast.notices.models import Webhook


def test_an_address_is_registered_tried_listed_and_removed(office: None, command: Command) -> None:
    assert "no address" in command("--as", "ines", "alarms", "list")[1]
    with receiving() as receiver:
        code, key, _ = command("--as", "ines", "alarms", "add", "pager", "-", given=f"{receiver.address}\n")
        number = Webhook.objects.get().pk
        assert (code, key[:6]) == (0, "whsec_")
        assert command("--as", "ines", "alarms", "test", number)[0] == 0
        receiver.answer = 500
        assert command("--as", "ines", "alarms", "test", number)[0] == 1
        assert len(receiver.taken) == 2
    (shown,) = json.loads(command("--as", "ines", "alarms", "list", "--json")[1])["addresses"]
    assert (shown["label"], shown["state"]) == ("pager", "given-up")
    assert "pager" in command("--as", "ines", "alarms", "list")[1]
    assert command("--as", "ines", "alarms", "remove", number)[0] == 0
    assert command("--as", "ines", "alarms", "test", number)[0] == 2


def test_an_address_as_an_argument_is_refused_and_not_repeated(office: None, command: Command) -> None:
    secret = "https://hooks.example.be/secret"
    code, out, err = command("--as", "ines", "alarms", "add", "pager", secret)
    assert code == 2
    assert "secret" not in out + err


def test_only_the_integration_team_registers_addresses(office: None, command: Command) -> None:
    assert command("--as", "anne", "alarms", "list")[0] == 4
    assert command("--as", "anne", "alarms", "remove", 1)[0] == 4
