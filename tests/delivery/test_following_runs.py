"""What became of a run is noted in its broadcast, once, whoever did it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.actors import master
from tests.broadcasts import people as p
from tests.delivery.procedure import Story, go_to, launch

from eboxcast.audit.models import Entry
from eboxcast.broadcasts import aftermath, production
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.delivery.broadcasts.following_runs import WINDOW_ENDED, end_with_window, follow
from eboxcast.delivery.models import Run
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.settlement import settle
from eboxcast.delivery.runs.window import Window
from eboxcast.lib import clock
from eboxcast.lib.actors import STEWARD
from eboxcast.mailboxes.errors import FenceClosed
from eboxcast.targets.opening import target_of


def run_of(broadcast: Broadcast) -> Run:
    return settle(Run.objects.get(id=broadcast.production_run))


def entry(broadcast: Broadcast, action: str) -> Entry:
    return Entry.objects.get(broadcast=broadcast.id, action=f"broadcast.{action}")


def under_way(story: Story) -> Broadcast:
    """Return a broadcast whose launch has begun, and whose process is gone."""
    broadcast = story.ready()
    go_to(broadcast)
    return production.launched(broadcast, actor=p.LOU)


def test_a_recall_by_the_launch_team_is_noted_with_who_and_why(story: Story) -> None:
    broadcast = story.published()
    actions.recall(run_of(broadcast), actor=master("lou"), reason="wrong letter")
    assert follow(broadcast) == [State.RECALLED]
    noted = entry(broadcast, "recalled").data
    assert (noted["recalled_by"], noted["reason"]) == ("lou", "wrong letter")


def test_a_recall_is_noted_once_also_when_it_is_reported_after_it(story: Story) -> None:
    broadcast = story.published()
    actions.recall(run_of(broadcast), actor=master("lou"), reason="wrong letter")
    follow(broadcast)
    aftermath.reported(broadcast, actor=STEWARD, counts={})
    assert (follow(broadcast), broadcast.state) == ([], State.REPORTED)


def test_a_recall_before_the_publication_was_noted_tells_both(story: Story) -> None:
    broadcast = under_way(story)
    run = actions.launch(run_of(broadcast), actor=p.LOU.as_steward(), window=Window(), waiting=lambda moment: None)
    actions.recall(run, actor=master("lou"), reason="wrong letter")
    assert follow(broadcast) == [State.PUBLISHED, State.RECALLED]


def test_a_publication_is_noted_with_its_account(story: Story) -> None:
    broadcast = story.published()
    noted = entry(broadcast, "published").data
    assert (noted["recipients"], noted["published"], noted["refused"]) == (40, 40, 0)
    assert noted["visible_at"] == run_of(broadcast).visible_at.isoformat()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "arrange", [Story.delivered, Story.ready, Story.armed, under_way], ids=lambda one: one.__name__
)
def test_without_its_run_it_goes_back_to_the_approval(story: Story, arrange: Callable[[Story], Broadcast]) -> None:
    broadcast = arrange(story)
    actions.discard(run_of(broadcast), actor=master("lou"), reason="wrong list")
    assert follow(broadcast) == [State.APPROVED]
    assert broadcast.production_run is None
    assert not broadcast.gos.filter(void_at=None).exists()
    assert entry(broadcast, "run_lost").data["why"] == "wrong list"


def test_a_stopped_launch_goes_back_to_its_go(story: Story) -> None:
    broadcast = under_way(story)
    actions.stop(run_of(broadcast), actor=master("lou"), reason="network trouble")
    assert (follow(broadcast), follow(broadcast)) == ([State.CONFIRMED], [])
    assert entry(broadcast, "launch_ended").data["why"] == "network trouble"


def test_a_stopped_run_of_a_broadcast_that_waits_changes_nothing(story: Story) -> None:
    broadcast = story.armed()
    actions.stop(run_of(broadcast), actor=master("lou"), reason="network trouble")
    assert (follow(broadcast), broadcast.state) == ([], State.ARMED)


def test_files_delivered_meanwhile_are_not_lost_with_the_run_before(story: Story) -> None:
    broadcast = story.delivered()
    stale = Broadcast.objects.get(id=broadcast.id)
    story.deliver(broadcast, story.files(41), "production")
    assert (follow(stale), stale.production_run) == ([], broadcast.production_run)


def test_before_its_window_ends_a_launch_is_let_be(story: Story) -> None:
    broadcast = under_way(story)
    assert (end_with_window(broadcast, moment=clock.now()), broadcast.state) == ([], State.LAUNCHED)


def test_a_process_that_wakes_up_after_the_window_makes_nothing_visible(story: Story) -> None:
    broadcast = under_way(story)
    go_to(broadcast, hours=12)
    end_with_window(broadcast, moment=clock.now())
    with pytest.raises(FenceClosed):
        target_of("production").make_visible(run_of(broadcast).id, refuse_without_ebox=False)
    assert (broadcast.state, run_of(broadcast).reason) == (State.CONFIRMED, WINDOW_ENDED)


def test_what_the_end_of_a_window_stopped_is_launched_in_the_next(story: Story) -> None:
    broadcast = under_way(story)
    go_to(broadcast, hours=12)
    end_with_window(broadcast, moment=clock.now())
    go_to(broadcast)  # for the same broadcast, whose new date is a story of its own
    assert launch(broadcast).published_count == 40
    assert broadcast.state == State.PUBLISHED


def test_what_became_visible_just_before_the_window_ended_is_published(story: Story) -> None:
    broadcast = under_way(story)
    actions.launch(run_of(broadcast), actor=p.LOU.as_steward(), window=Window(), waiting=lambda moment: None)
    go_to(broadcast, hours=12)
    assert end_with_window(broadcast, moment=clock.now()) == [State.PUBLISHED]


def test_files_for_acceptance_whose_run_was_given_up_are_needed_again(story: Story) -> None:
    broadcast = story.delivered_for_acceptance()
    actions.discard(Run.objects.get(id=broadcast.acceptance_run), actor=master("lou"), reason="wrong list")
    assert follow(broadcast) == [State.SCHEDULED]
    assert broadcast.acceptance_run is None
