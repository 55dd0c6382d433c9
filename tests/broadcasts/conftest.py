"""An institution whose message type is configured, and a clock in January 2027 that a test may move."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from tests.broadcasts.people import begin_january

from eboxcast.lib import clock


@pytest.fixture
def january(installation: None) -> Iterator[None]:
    """It is Monday 18 January 2027; the sender is configured in both environments, and there is one team."""
    begin_january()
    yield
    clock.move(timedelta())
