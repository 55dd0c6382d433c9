"""A broadcast is launched in its window, by whoever may, or it is as it was."""

from __future__ import annotations

from tests.delivery.procedure import Story, launch

from eboxcast.broadcasts.models import State


def test_a_broadcast_is_published_and_stays_so(story: Story) -> None:
    broadcast = story.published()
    assert broadcast.state == State.PUBLISHED
    assert launch(broadcast).published_count == 40
