"""Networks of their own for a provider and for workers: what several machines are, to those who send.

Nothing of the machine's own network is touched: the provider's network has the bridge, and a cable leads to it from
each of the others. Linux and the rights of root are needed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from eboxcast.tools.relay import READY

LOOPBACK = "127.0.0.1"
_HUB = "10.77.0.1"
_BRIDGE = "bridge0"
_CABLE = "cable0"
_LONGEST = 20


class NetworksNotMade(Exception):
    """This machine does not let us make networks."""


@dataclass(frozen=True, kw_only=True)
class Network:
    """A network namespace."""

    name: str

    @property
    def inside(self) -> tuple[str, ...]:
        """Return what a command begins with that is to run there."""
        return ("ip", "netns", "exec", self.name)


@dataclass(frozen=True, kw_only=True)
class Star:
    """A network for a provider, and others that reach it."""

    hub: Network
    others: tuple[Network, ...]
    address: str = _HUB
    """Of the provider, in its own network."""

    @contextmanager
    def relays(self, port: int) -> Iterator[None]:
        """Let the provider's port be found on the loopback of every other network."""
        with ExitStack() as stack:
            for network in self.others:
                stack.enter_context(_relay(network, port))
            yield


@contextmanager
def star(count: int) -> Iterator[Star]:
    """Make a network for a provider and so many around it, and remove them in the end. Raises NetworksNotMade."""
    if shutil.which("ip") is None:
        raise NetworksNotMade("the program ip is not installed (iproute2)")
    hub, *others = (Network(name=f"eboxcast-bench-{os.getpid()}-{number}") for number in range(count + 1))
    with ExitStack() as stack:
        for network in (hub, *others):
            _ip("netns", "add", network.name)
            stack.callback(_remove, network)
            _inside(network, "link", "set", "lo", "up")
        _inside(hub, "link", "add", _BRIDGE, "type", "bridge")
        _give(hub, _BRIDGE, _HUB)
        for number, network in enumerate(others, start=2):
            socket = f"socket{number}"
            _inside(network, "link", "add", _CABLE, "type", "veth", "peer", "name", socket, "netns", hub.name)
            _inside(hub, "link", "set", socket, "master", _BRIDGE, "up")
            _give(network, _CABLE, f"10.77.0.{number}")
        yield Star(hub=hub, others=tuple(others))


def _give(network: Network, device: str, address: str) -> None:
    _inside(network, "addr", "add", f"{address}/24", "dev", device)
    _inside(network, "link", "set", device, "up")


def _inside(network: Network, *words: str) -> None:
    _ip("-n", network.name, *words)


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, timeout=_LONGEST, check=False)
    if done.returncode:
        raise NetworksNotMade(done.stderr.strip() or f"ip ended with exit code {done.returncode}")


def _remove(network: Network) -> None:
    subprocess.run(["ip", "netns", "del", network.name], capture_output=True, timeout=_LONGEST, check=False)


@contextmanager
def _relay(network: Network, port: int) -> Iterator[None]:
    words = (sys.executable, "-m", "eboxcast.tools.relay", LOOPBACK, str(port), _HUB, str(port))
    with subprocess.Popen((*network.inside, *words), stdout=subprocess.PIPE) as relay:
        try:
            if relay.stdout is None or relay.stdout.readline() != READY:
                raise NetworksNotMade("a relay did not start")
            yield
        finally:
            relay.kill()
