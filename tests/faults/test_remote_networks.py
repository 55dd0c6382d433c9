"""Workers in networks of their own, as on machines of their own; the way to the provider is cut and comes back.

Plain HTTP is for the own machine only, so each end of the cable has a relay to, or from, its own loopback.
"""

from __future__ import annotations

import os
import shutil
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
