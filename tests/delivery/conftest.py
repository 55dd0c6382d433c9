"""Real packages, checked, with the configuration they ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.actors import master
from tests.delivery.procedure import Story, begin_story

from eboxcast.delivery.runs.preparation import check_for_sending
from eboxcast.lib import clock
from eboxcast.package.model import Package, Policies
from eboxcast.package.sampling import write_sample
from eboxcast.senders.sender_file import load_senders

NewPackage = Callable[..., Package]


@pytest.fixture
def package(installation: None, tmp_path: Path) -> NewPackage:
    """Write and check a sample package; the sender's configuration is loaded."""
    number = 0

    def make(recipients: int = 20, *, policies: Policies | None = None, **particulars: object) -> Package:
        nonlocal number
        number += 1
        paths = write_sample(tmp_path / str(number), recipients=recipients, **{"ticket": "t1", **particulars})
        load_senders(paths.message_types, actor=master("somebody"))
        checked = check_for_sending(paths.directory, policies=policies or Policies())
        assert checked.package is not None
        return checked.package

    return make


@pytest.fixture
def story(procedure_on: None, tmp_path: Path) -> Iterator[Story]:
    """With the procedure on, on Monday 18 January 2027: a sender whose type is configured, and one team."""
    yield begin_story(tmp_path)
    clock.move(timedelta())
