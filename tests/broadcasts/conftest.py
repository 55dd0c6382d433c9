"""An institution whose message type is configured, and a clock in January 2027 that a test may move."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from tests.broadcasts.people import INSTITUTION, set_clock

from eboxcast.lib import clock
from eboxcast.senders.models import Application, Institution, MessageType, Team

NAMES = {"fr": "Office", "nl": "Dienst", "de": "Amt"}


@pytest.fixture
def january(installation: None) -> Iterator[None]:
    """It is Monday 18 January 2027; the sender is configured in both environments, and there is one team."""
    set_clock("2027-01-18T09:00")
    institution = Institution.objects.create(cbe=INSTITUTION, names=NAMES)
    application = Application.objects.create(name="demo:letters", institution=institution, titles=NAMES)
    message_type = MessageType.objects.create(
        code="DEMO-LETTER",
        titles=NAMES,
        ebox_type="CITIZEN",
        validity_number=6,
        validity_unit="month",
        languages=["fr", "nl", "de"],
        document_bytes=1_000_000,
        media_types=["application/pdf"],
        without_ebox="publish",
        acceptance_at=clock.now(),
        production_at=clock.now(),
    )
    message_type.applications.set([application])
    Team.objects.create(code="gatb", names=NAMES)
    yield
    clock.move(timedelta())
