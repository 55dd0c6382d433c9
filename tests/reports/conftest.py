"""What the tests of reports share."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.reports.broadcasts import Broadcasts


@pytest.fixture
def broadcasts(installation: None, tmp_path: Path) -> Broadcasts:
    """An institution that sends and an operator who publishes, on empty databases."""
    return Broadcasts(tmp_path)
