"""Workers in networks of their own, as on machines of their own; the way to the provider is cut and comes back.

Plain HTTP is for the own machine only, so each end of the cable has a relay to, or from, its own loopback.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests import guard
from tests.faults.conftest import NewLetter
from tests.faults.machine import Machine, wait_until
from tests.faults.remote import Stage, assert_everybody_once
from tests.simulator.simulated import Simulated

from eboxcast.tools.relay import READY

RECIPIENTS = 600
HOST = "10.77.{number}.1"
GUEST = "10.77.{number}.2"


class Network:
    """A network namespace that reaches its own end of a cable, and through it a port of this machine."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.name = f"eboxcast-{os.getpid()}-{number}"
        self.cable = f"ebc{os.getpid() % 10_000}{number}"
        self.relays: list[subprocess.Popen[bytes]] = []

    def make(self) -> bool:
        """Say whether this is allowed here."""
        if ip("netns", "add", self.name).returncode:
            return False
        guard.watch(self.name)
        ip("link", "add", self.cable, "type", "veth", "peer", "name", "up0", "netns", self.name)
        ip("addr", "add", HOST.format(number=self.number) + "/24", "dev", self.cable)
        self.inside("addr", "add", GUEST.format(number=self.number) + "/24", "dev", "up0")
        self.inside("link", "set", "lo", "up")
        self.inside("link", "set", "up0", "up")
        return ip("link", "set", self.cable, "up").returncode == 0

    def inside(self, *words: str) -> None:
        ip("-n", self.name, *words)

    def lead_to(self, port: int) -> None:
        """Lead its loopback, through the cable, to ours."""
        here, there, loopback = HOST.format(number=self.number), ("ip", "netns", "exec", self.name), "127.0.0.1"
        self._relay((), here, loopback, port)
        self._relay(there, loopback, here, port)

    def _relay(self, inside: tuple[str, ...], source: str, target: str, port: int) -> None:
        words = (
            *inside,
            sys.executable,
            "-m",
            "eboxcast.tools.relay",
            source,
            str(port),
            target,
            str(port),
        )
        relay = subprocess.Popen(words, stdout=subprocess.PIPE)
        self.relays.append(relay)
        assert relay.stdout is not None
        assert relay.stdout.readline() == READY

    def cut(self) -> None:
        ip("link", "set", self.cable, "down")

    def mend(self) -> None:
        ip("link", "set", self.cable, "up")

    def remove(self) -> None:
        for relay in self.relays:
            relay.kill()
            relay.communicate()
        ip("netns", "del", self.name)
        ip("link", "del", self.cable)


def ip(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["ip", *words], capture_output=True, text=True, timeout=20)


@pytest.fixture
def networks() -> Iterator[list[Network]]:
    """Two networks, each with a cable to this machine."""
    if shutil.which("ip") is None:
        pytest.skip("needs the program ip (iproute2)")
    made = [Network(number) for number in (1, 2)]
    try:
        if not all(network.make() for network in made):
            pytest.skip("needs to make network namespaces, which is not allowed here")
        yield made
    finally:
        for network in made:
            network.remove()


@pytest.fixture
def stage(machine: Machine, networks: list[Network], tmp_path: Path) -> Iterator[Stage]:
    """A provider that both networks lead to; calls may be silent for three seconds."""
    simulated = Simulated("--delay-ms", 100)
    port = urlsplit(simulated.registry).port
    assert port is not None
    for network in networks:
        network.lead_to(port)
    made = Stage(machine, simulated, tmp_path, {"largest_call": 20, "answer_seconds": 3, "connect_seconds": 3})
    yield made
    made.clean_up()
    simulated.end()


@pytest.mark.faults
@pytest.mark.root
def test_two_networks_share_a_run_and_both_are_cut_off(
    stage: Stage, networks: list[Network], new_letter: NewLetter
) -> None:
    letter = new_letter("networks", recipients=RECIPIENTS)
    workers = [stage.worker_inside(network.name, lanes=2) for network in networks]
    stage.hand_over(letter)
    wait_until(lambda: len(stage.processes(letter)) == len(workers))
    for network in networks:
        network.cut()
    for worker in workers:
        worker.until_it_says("batch.again")
    assert stage.delivered() < RECIPIENTS
    for network in networks:
        network.mend()
    assert_everybody_once(stage, letter)


SENDER = """
import sys
from urllib.parse import urlsplit
from eboxcast.targets.ebox_rest.connection import Cut, Line, Patience
patience = Patience(connect=5, answer=float(sys.argv[2]), received=float(sys.argv[3]))
line = Line(urlsplit(sys.argv[1]), patience=patience, tls=None)
line.post("/first", headers={}, body=[b"{}"])
print("answered", flush=True)
sys.stdin.readline()
try:
    line.post("/second", headers={}, body=[b"{}"])
except Cut:
    print("cut", flush=True)
sys.stdin.readline()
"""
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Sender:
    """A process in a network that made a call, with nothing between it and the provider, and then was cut off."""

    def __init__(self, network: Network, *, answer: float, received: float) -> None:
        self.network = network
        with socket.create_server((HOST.format(number=network.number), 0)) as server:
            address = "http://{}:{}".format(*server.getsockname())
            words = ("ip", "netns", "exec", network.name, sys.executable, "-c", SENDER, address)
            self.process = subprocess.Popen(
                (*words, str(answer), str(received)), stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            self.provider, _ = server.accept()
        self.provider.recv(65_536)
        self.provider.sendall(ANSWER)
        self.hears(b"answered\n")
        network.cut()
        self.go_on()

    def go_on(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()

    def hears(self, line: bytes) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == line

    def kernel_holds(self) -> bool:
        """Say whether something waits in that network to be delivered."""
        words = ("ip", "netns", "exec", self.network.name, "cat", "/proc/net/tcp")
        _, *lines = subprocess.run(words, capture_output=True, text=True, check=True, timeout=20).stdout.splitlines()
        return any(int(line.split()[4].partition(":")[0], 16) for line in lines)

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()
        self.provider.close()


@pytest.mark.faults
@pytest.mark.root
@pytest.mark.parametrize("ending", ["given up", "killed", "frozen"])
def test_a_call_that_was_cut_off_is_not_delivered_later(networks: list[Network], ending: str) -> None:
    """The kernel of the worker's machine delivers nothing of it when the network is back."""
    soon, late = 2.0, 600.0
    sender = Sender(
        networks[0], answer=soon if ending == "given up" else late, received=soon if ending == "frozen" else late
    )
    try:
        wait_until(sender.kernel_holds)
        if ending == "given up":
            sender.hears(b"cut\n")
        else:
            sender.process.send_signal(signal.SIGKILL if ending == "killed" else signal.SIGSTOP)
        wait_until(lambda: not sender.kernel_holds())
        networks[0].mend()
        assert not sender.kernel_holds()
    finally:
        sender.end()
