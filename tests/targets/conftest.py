"""Targets against a wire that does what it is told, and against the provider simulator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.simulator.simulated import Simulated, Simulators
from tests.targets.wire import Wire, options_for

from eboxcast.targets.base import Target
from eboxcast.targets.ebox_rest.options import EboxRestOptions
from eboxcast.targets.opening import open_target

Open = Callable[..., Target]


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A provider that does what it is told."""
    wire = Wire()
    yield wire
    wire.end()


@pytest.fixture
def opened() -> Iterator[Callable[[EboxRestOptions], Target]]:
    """Open targets that are closed after the test."""
    targets: list[Target] = []

    def keep(options: EboxRestOptions) -> Target:
        targets.append(open_target("production", options))
        return targets[-1]

    yield keep
    for target in targets:
        target.close()


@pytest.fixture
def target(wire: Wire, tmp_path: Path, opened: Callable[[EboxRestOptions], Target]) -> Open:
    """Open a target on the wire, with options of one's own."""
    return lambda **changes: opened(options_for(wire.address, tmp_path, **changes))


@pytest.fixture
def simulated(simulators: Simulators) -> Callable[..., Simulated]:
    """Return an empty simulator with these options."""
    return simulators


@pytest.fixture
def reach(tmp_path: Path, opened: Callable[[EboxRestOptions], Target]) -> Callable[..., Target]:
    """Open a target on a simulator, with options of one's own."""

    def open_on(provider: Simulated, **changes: object) -> Target:
        secret = tmp_path / "rehearsal"
        secret.write_text("rehearsal")
        values: dict[str, object] = {
            "base_url": provider.addresses["registry"],
            "token_url": provider.addresses["token"],
            "client_id": "rehearsal",
            "client_secret_file": secret,
            "answer_seconds": 10.0,
        }
        return opened(EboxRestOptions(**{**values, **changes}))  # type: ignore[arg-type]  # each test gives what fits

    return open_on
