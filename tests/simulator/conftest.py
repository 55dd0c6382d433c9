"""One simulator for each test process, emptied before each test; others for those who need other options."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from tests.simulator.simulated import Simulated

Simulate = Callable[..., Simulated]


@pytest.fixture(scope="session")
def shared_simulator() -> Iterator[Simulated]:
    simulator = Simulated("--idempotency")
    yield simulator
    simulator.end()


@pytest.fixture
def provider(shared_simulator: Simulated) -> Simulated:
    """A provider that holds nothing, with a token in hand."""
    shared_simulator.control("POST", "/reset")
    shared_simulator.login()
    return shared_simulator


@pytest.fixture
def simulate() -> Iterator[Simulate]:
    """Start a simulator with options of one's own, with a token in hand."""
    started: list[Simulated] = []

    def start(*options: object) -> Simulated:
        started.append(Simulated(*options))
        started[-1].login()
        return started[-1]

    yield start
    for simulator in started:
        simulator.end()
