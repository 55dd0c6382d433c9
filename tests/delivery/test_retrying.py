"""Trying again whom a run did not reach: with the procedure on, production is reached through a broadcast alone."""

from __future__ import annotations

import pytest
from tests.actors import master
from tests.broadcasts import people as p
from tests.delivery.procedure import SHORT, Story, go_to, launch

from eboxcast.broadcasts.models import Broadcast
from eboxcast.delivery.broadcasts.errors import RetryNeedsBroadcast
from eboxcast.delivery.errors import NobodyToRetry
from eboxcast.delivery.models import Run
from eboxcast.delivery.runs.actions import may_be_retried, retry
from eboxcast.senders.models import MessageType


@pytest.fixture
def refused(story: Story) -> Broadcast:
    """A broadcast that was published to nobody, as nobody has an eBox, in acceptance neither."""
    MessageType.objects.update(without_ebox="refuse")
    broadcast = story.ready()
    go_to(broadcast)
    launch(broadcast)
    return broadcast


def test_in_production_a_broadcast_is_needed(refused: Broadcast) -> None:
    run = Run.objects.get(id=refused.production_run)
    before = Run.objects.count()
    with pytest.raises(RetryNeedsBroadcast) as told:
        retry(run, actor=master("lou"))
    assert (told.value.exit_code, Run.objects.count()) == (4, before)
    assert not may_be_retried(run)


def test_in_acceptance_it_is_prepared(refused: Broadcast) -> None:
    again = retry(Run.objects.get(id=refused.acceptance_run), actor=master("ines"))
    assert (again.state, again.recipients_count) == ("prepared", SHORT)


def test_where_everybody_was_reached_that_is_what_is_said(story: Story) -> None:
    with pytest.raises(NobodyToRetry):
        retry(Run.objects.get(id=story.published().production_run), actor=p.LOU)
