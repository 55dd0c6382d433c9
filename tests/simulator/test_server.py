from __future__ import annotations

import signal
import socket
from pathlib import Path

import pytest
from tests import starter
from tests.simulator.conftest import Simulate
from tests.simulator.simulated import JANE, PEOPLE, PROGRAM, Simulated, citizen, letter
from urllib3.exceptions import ReadTimeoutError


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(simulate_alone: Simulate, ending: signal.Signals) -> None:
    provider = simulate_alone()
    provider.published()
    provider.process.send_signal(ending)
    assert provider.process.wait(20) == 0


def test_a_taken_port_is_said_so_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = starter.run(PROGRAM, "simulate-provider", "--port", port, timeout=60)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert port in ended.stderr


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("--eboxes", "identifier;state;ebox_only\n85073003329;active;no\n"),
        ("--eboxes", "identifier\n85073003328\n"),
        ("--senders", "[[institution]]\ncbe = '0456789034'\n"),
        ("--clients", "[[client]]\nsecret = 'x'\n"),
        ("--clients", "not toml"),
        ("--state-file", "not json\n"),
    ],
)
def test_a_file_it_cannot_use_is_named_with_the_place_and_without_numbers(
    tmp_path: Path, option: str, text: str
) -> None:
    path = tmp_path / "given"
    path.write_text(text, "utf-8")
    ended = starter.run(PROGRAM, "simulate-provider", option, path, timeout=60)
    assert ended.returncode == 2
    assert "given" in ended.stderr
    assert "8507300332" not in ended.stderr


def test_every_call_takes_as_long_as_it_was_told() -> None:
    provider = Simulated("--delay-ms", 60_000)
    with pytest.raises(ReadTimeoutError):
        provider.call("GET", "/ebox", timeout=0.2)
    assert provider.state()["calls"] == {"read": 1}
    assert provider.end() == ""


def test_it_logs_no_recipient_whatever_happens(simulate_alone: Simulate) -> None:
    provider = simulate_alone()
    message_id = provider.published()
    provider.link(message_id, *PEOPLE, "85073003329")
    provider.publish(letter(recipient=citizen("85073003329")))
    provider.call("POST", "/linkEboxMessage", {"messageId": message_id, "recipients": {JANE: JANE}})
    provider.call("GET", f"/{JANE}")
    with socket.create_connection(("127.0.0.1", int(provider.addresses["address"].rpartition(":")[2]))) as raw:
        raw.sendall(f"NONSENSE {JANE}\r\n\r\n".encode())
        raw.recv(100)
    said = provider.end()
    assert not [number for number in (JANE, *PEOPLE, "85073003329") if number in said]


def test_what_the_contract_does_not_have_is_not_found(provider: Simulated) -> None:
    assert provider.call("GET", "/nothing").json()["code"] == "NOT_FOUND"
    assert provider.call("GET", "/publishMessage").status == 405
