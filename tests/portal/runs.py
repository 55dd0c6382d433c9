"""Runs to look at: one in acceptance that belongs to no broadcast."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.actors import master

from eboxcast.delivery.models import Run
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.preparation import check_for_sending
from eboxcast.package.model import Policies
from eboxcast.package.sampling import write_sample
from eboxcast.senders.sender_file import load_senders


def prepared_run(*, environment: str = "acceptance", recipients: int = 20, ticket: str = "alone") -> Run:
    """Prepare a sample package, whose sender is configured by it."""
    with tempfile.TemporaryDirectory() as folder:
        paths = write_sample(Path(folder), recipients=recipients, ticket=ticket)
        load_senders(paths.message_types, actor=master("somebody"))
        package = check_for_sending(paths.directory, policies=Policies()).package
        assert package is not None
        return actions.prepare(package, environment=environment, actor=master("lou"))
