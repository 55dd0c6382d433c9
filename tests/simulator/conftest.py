"""Simulators shared by the tests of a process, emptied before each test, and others for those who need their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from tests.simulator.simulated import Simulated, Simulators

Simulate = Callable[..., Simulated]


@pytest.fixture
def provider(simulators: Simulators) -> Simulated:
    """A provider that holds nothing, with a token in hand."""
    provider = simulators("--idempotency")
    provider.login()
    return provider


@pytest.fixture
def simulate(simulators: Simulators) -> Simulate:
    """Return an empty simulator with options of one's own, with a token in hand."""

    def start(*options: object) -> Simulated:
        provider = simulators(*options)
        provider.login()
        return provider

    return start


@pytest.fixture
def simulate_alone() -> Iterator[Simulate]:
    """Start a simulator that no other test uses, with a token in hand: it may be ended, or be given files."""
    started: list[Simulated] = []

    def start(*options: object) -> Simulated:
        started.append(Simulated(*options))
        started[-1].login()
        return started[-1]

    yield start
    for simulator in started:
        simulator.end()
