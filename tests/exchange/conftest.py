"""A drop folder with the folders of one institution, and a broadcast that waits for its files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.actors import master
from tests.broadcasts.people import set_clock
from tests.delivery.procedure import Story
from tests.exchange.dropping import Dropping

from eboxcast.lib import clock
from eboxcast.package.sampling import write_sample
from eboxcast.senders.models import Team
from eboxcast.senders.sender_file import load_senders


@pytest.fixture
def story(procedure_on: None, tmp_path: Path) -> Iterator[Story]:
    """With the procedure on, on Monday 18 January 2027: a sender whose type is configured, and one team."""
    set_clock("2027-01-18T09:00")
    sample = write_sample(tmp_path / "senders", recipients=1)
    load_senders(sample.message_types, actor=master("somebody"))
    Team.objects.create(code="gatb", names={"fr": "Équipe", "nl": "Team", "de": "Team"})
    yield Story(tmp_path)
    clock.move(timedelta())


@pytest.fixture
def dropping(story: Story, tmp_path: Path) -> Dropping:
    """The folders, and who puts files in."""
    return Dropping(tmp_path / "drop", story)
