"""Targets against a wire that does what it is told, and against the provider simulator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.simulator.simulated import Simulated, Simulators
from tests.targets.wire import Wire, options_for

from eboxcast.targets.opening import open_remote
from eboxcast.targets.options import TargetKind, TargetOptions
from eboxcast.targets.remote import RemoteTarget

Open = Callable[..., RemoteTarget]


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A provider that does what it is told."""
    wire = Wire()
    yield wire
    wire.end()


@pytest.fixture
def opened() -> Iterator[Callable[[TargetOptions], RemoteTarget]]:
    """Open targets that are closed after the test."""
    targets: list[RemoteTarget] = []

    def keep(options: TargetOptions) -> RemoteTarget:
        targets.append(open_remote(options))
        return targets[-1]

    yield keep
    for target in targets:
        target.close()


@pytest.fixture
def target(wire: Wire, tmp_path: Path, opened: Callable[[TargetOptions], RemoteTarget]) -> Open:
    """Open a target on the wire, with options of one's own."""
    return lambda **changes: opened(options_for(wire.address, tmp_path, **changes))


@pytest.fixture
def simulated(simulators: Simulators) -> Callable[..., Simulated]:
    """Return an empty simulator with these options."""
    return simulators


@pytest.fixture
def reach(tmp_path: Path, opened: Callable[[TargetOptions], RemoteTarget]) -> Callable[..., RemoteTarget]:
    """Open a target on a simulator, with options of one's own."""

    def open_on(provider: Simulated, **changes: object) -> RemoteTarget:
        secret = tmp_path / "rehearsal"
        secret.write_text("rehearsal")
        values: dict[str, object] = {
            "kind": TargetKind.EBOX_REST,
            "base_url": provider.addresses["registry"],
            "token_url": provider.addresses["token"],
            "federation_url": provider.addresses["federation"],
            "client_id": "rehearsal",
            "client_secret_file": secret,
            "answer_seconds": 10.0,
        }
        return opened(TargetOptions(**{**values, **changes}))  # type: ignore[arg-type]  # each test gives what fits

    return open_on
