"""What is done for a broadcast and cannot be put on record does not happen, in none of the three databases."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.audit.without_entries import Control, contents, no_entries, no_entries_of, refuse_and_compare
from tests.broadcasts import people as p
from tests.broadcasts.people import LOU
from tests.delivery.procedure import ANNE, EVERYBODY, Story, go_to, launch

from eboxcast.broadcasts import production
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.database.errors import DatabaseTrouble
from eboxcast.delivery.broadcasts.acceptance_tests import run_test
from eboxcast.delivery.broadcasts.files import take_back
from eboxcast.delivery.models import Run
from eboxcast.lib import clock
from eboxcast.operations.steward import lead

Do = Callable[[Story, Broadcast], object]


def in_its_evening(story: Story) -> Broadcast:
    broadcast = story.ready()
    go_to(broadcast)
    return broadcast


def half_launched(story: Story) -> Broadcast:
    return production.launched(in_its_evening(story), actor=p.LOU)


@pytest.mark.parametrize(
    ("arrange", "do"),
    [
        (Story.approved, lambda story, broadcast: story.deliver(broadcast, story.files(EVERYBODY), "production")),
        (Story.delivered, lambda story, broadcast: take_back(broadcast, actor=ANNE)),
        (Story.delivered_for_acceptance, lambda story, broadcast: run_test(broadcast, actor=p.INES)),
        (in_its_evening, lambda story, broadcast: launch(broadcast)),
        (half_launched, lambda story, broadcast: launch(broadcast)),
    ],
    ids=["deliver", "take back", "test", "launch", "go on with a launch"],
)
def test_without_its_entry_nothing_happens(
    sweepers: Control, story: Story, arrange: Callable[[Story], Broadcast], do: Do
) -> None:
    broadcast = arrange(story)
    refuse_and_compare(sweepers, lambda: do(story, broadcast))


def test_without_entries_the_steward_does_nothing_and_says_why(sweepers: Control, story: Story) -> None:
    broadcast = story.armed()
    go_to(broadcast)
    before = contents(sweepers)
    with no_entries(sweepers):
        led = lead(moment=clock.now(), actor=LOU)
    assert {type(one.trouble) for one in led} == {DatabaseTrouble}
    assert contents(sweepers) == before


def test_files_that_are_stored_and_cannot_be_noted_are_noted_by_the_same_delivery_again(
    sweepers: Control, story: Story
) -> None:
    broadcast, files = story.approved(), story.files(EVERYBODY)
    # Nothing can be discarded either, as by a process that died between the two.
    with (
        no_entries_of(sweepers, "broadcast.files_delivered", "run.discard_intended"),
        pytest.raises(DatabaseTrouble),
    ):
        story.deliver(broadcast, files, "production")
    broadcast.refresh_from_db()
    assert (broadcast.state, Run.objects.get(environment="production").state) == (State.APPROVED, "prepared")
    assert story.deliver(broadcast, files, "production").accepted
    assert broadcast.production_run == Run.objects.get(environment="production").id
