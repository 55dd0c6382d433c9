"""A broadcast is launched in its window by whoever may, or it is as it was: in between there is nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.actors import master
from tests.broadcasts import people as p
from tests.delivery.procedure import ANNE, BRAM, Story, go_to, launch
from tests.moments import pass_time

from eboxcast.audit.models import Entry
from eboxcast.broadcasts import errors, production
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.broadcasts.steps import present
from eboxcast.delivery.broadcasts.agreed_launch import launch_broadcast
from eboxcast.delivery.broadcasts.errors import OnlyInItsBroadcast
from eboxcast.delivery.broadcasts.following_runs import WINDOW_ENDED
from eboxcast.delivery.errors import LaunchStopped, OutsideWindow
from eboxcast.delivery.models import Run
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.window import Window
from eboxcast.lib.actors import ALL_ROLES, Actor, NotYourRole


def run_of(broadcast: Broadcast) -> Run:
    return Run.objects.get(id=broadcast.production_run)


def launch_run(run: Run) -> Run:
    """Launch a run beside its broadcast."""
    return actions.launch(run, actor=p.LOU.as_steward(), window=Window(), waiting=lambda moment: None)


def told(broadcast: Broadcast, action: str) -> int:
    return Entry.objects.filter(broadcast=broadcast.id, action=f"broadcast.{action}").count()


def waits(story: Story) -> Broadcast:
    """Return a broadcast in its window, two hours before its agreed moment."""
    broadcast = story.ready()
    go_to(broadcast)
    assert broadcast.agreed_at is not None
    agreed_at = broadcast.agreed_at + timedelta(hours=2)
    Broadcast.objects.filter(id=broadcast.id).update(agreed_at=agreed_at)
    broadcast.gos.filter(void_at=None).update(agreed_at=agreed_at)
    broadcast.refresh_from_db()
    return broadcast


def test_a_broadcast_is_published_and_a_second_launch_leaves_it_so(story: Story) -> None:
    broadcast = story.published()
    first = broadcast.visible_at
    assert (broadcast.state, launch(broadcast).published_count) == (State.PUBLISHED, 40)
    assert (broadcast.visible_at, told(broadcast, "published")) == (first, 1)


def test_nothing_is_visible_before_the_agreed_moment(story: Story) -> None:
    broadcast = waits(story)
    agreed_at = present(broadcast.agreed_at)
    waited: list[datetime] = []

    def wait(until: datetime) -> None:
        waited.append(until)
        assert run_of(broadcast).visible_at is None
        pass_time(hours=3)

    launch_broadcast(broadcast, actor=p.LOU, waiting=wait)
    assert waited == [agreed_at]
    assert broadcast.visible_at is not None
    assert broadcast.visible_at > agreed_at


@pytest.mark.parametrize("later", [{"minutes": -1}, {"hours": 12}], ids=["too early", "too late"])
def test_outside_its_window_it_is_refused(story: Story, later: dict[str, float]) -> None:
    broadcast = story.ready()
    go_to(broadcast, **later)
    with pytest.raises(errors.NotReady):
        launch(broadcast)
    assert (broadcast.state, run_of(broadcast).state) == (State.CONFIRMED, "prepared")


def test_without_a_go_nobody_launches(story: Story) -> None:
    broadcast = story.ready()
    production.withdraw_go(broadcast, actor=BRAM, reason="an error in the letter")
    go_to(broadcast)
    with pytest.raises(errors.NotInThisState):
        launch(broadcast)
    assert run_of(broadcast).visible_at is None


@pytest.mark.parametrize("actor", [ANNE, BRAM, p.INES], ids=lambda actor: actor.name)
def test_only_the_launch_team_launches(story: Story, actor: Actor) -> None:
    broadcast = story.ready()
    go_to(broadcast)
    with pytest.raises(NotYourRole):
        launch(broadcast, actor)
    assert broadcast.state == State.CONFIRMED


def test_to_another_institution_it_is_not_there(story: Story) -> None:
    with pytest.raises(errors.BroadcastNotFound):
        launch(story.ready(), p.ELSE_WHERE)


def test_beside_its_broadcast_no_run_of_production_becomes_visible(story: Story) -> None:
    broadcast = story.ready()
    go_to(broadcast)
    with pytest.raises(OnlyInItsBroadcast):
        launch_run(run_of(broadcast))
    assert (run_of(broadcast).state, run_of(broadcast).visible_at) == ("prepared", None)


def test_with_a_run_of_nobody_neither(story: Story) -> None:
    broadcast = story.scheduled()
    package = story.package()
    with pytest.raises(OnlyInItsBroadcast):
        launch_run(actions.prepare(package, environment="production", actor=p.LOU.as_steward()))
    assert broadcast.state == State.SCHEDULED


def test_a_stop_while_it_waits_takes_it_back_and_the_go_holds(story: Story) -> None:
    broadcast = waits(story)

    def stop(until: datetime) -> None:
        actions.stop(run_of(broadcast), actor=master("lou"), reason="network trouble")

    with pytest.raises(LaunchStopped):
        launch_broadcast(broadcast, actor=p.LOU, waiting=stop)
    assert (broadcast.state, run_of(broadcast).state) == (State.CONFIRMED, "stopped")
    with pytest.raises(LaunchStopped):
        launch(broadcast)
    assert (told(broadcast, "launched"), told(broadcast, "launch_ended")) == (1, 1)
    actions.resume(run_of(broadcast), actor=master("lou"))
    launch(broadcast)
    assert broadcast.state == State.PUBLISHED


def test_an_interrupted_wait_takes_it_back(story: Story) -> None:
    broadcast = waits(story)

    def interrupt(until: datetime) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        launch_broadcast(broadcast, actor=p.LOU, waiting=interrupt)
    assert (broadcast.state, run_of(broadcast).state) == (State.CONFIRMED, "prepared")


def test_an_interrupted_wait_leaves_it_to_another_who_waits(story: Story) -> None:
    broadcast = waits(story)

    def let_another_wait(until: datetime) -> None:
        launch_broadcast(Broadcast.objects.get(id=broadcast.id), actor=p.LOU, waiting=interrupt)

    def interrupt(until: datetime) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        launch_broadcast(broadcast, actor=p.LOU, waiting=let_another_wait)
    assert (broadcast.state, run_of(broadcast).state) == (State.CONFIRMED, "prepared")


def test_a_window_that_ends_while_it_waits_makes_nothing_visible(story: Story) -> None:
    broadcast = waits(story)
    with pytest.raises(OutsideWindow):
        launch_broadcast(broadcast, actor=p.LOU, waiting=lambda until: pass_time(hours=12))
    assert (broadcast.state, run_of(broadcast).visible_at) == (State.CONFIRMED, None)


def test_a_launch_whose_process_is_gone_is_gone_on_with(story: Story) -> None:
    broadcast = story.ready()
    go_to(broadcast)
    production.launched(broadcast, actor=p.LOU)
    launch(broadcast)
    assert (broadcast.state, told(broadcast, "launched")) == (State.PUBLISHED, 1)


def test_who_gave_the_go_does_not_go_on_with_a_launch_either(story: Story) -> None:
    broadcast = story.ready()
    go_to(broadcast)
    production.launched(broadcast, actor=p.LOU)
    with pytest.raises(errors.SamePerson):
        launch(broadcast, Actor(BRAM.name, ALL_ROLES))
    assert run_of(broadcast).visible_at is None


def test_a_publication_that_was_not_noted_is_noted_by_the_next_launch(story: Story) -> None:
    broadcast = story.ready()
    go_to(broadcast)
    production.launched(broadcast, actor=p.LOU)
    visible_at = launch_run(run_of(broadcast)).visible_at
    assert launch(broadcast).visible_at == visible_at
    assert (broadcast.state, broadcast.visible_at) == (State.PUBLISHED, visible_at)


def test_what_was_launched_and_not_visible_when_its_window_ended_waits_for_another(story: Story) -> None:
    broadcast = story.ready()
    go_to(broadcast)
    production.launched(broadcast, actor=p.LOU)
    go_to(broadcast, hours=13)
    with pytest.raises(errors.NotReady):
        launch(broadcast)
    assert (broadcast.state, run_of(broadcast).state) == (State.CONFIRMED, "stopped")
    assert run_of(broadcast).reason == WINDOW_ENDED


def test_what_is_given_up_needs_files_again(story: Story) -> None:
    broadcast = story.ready()
    actions.discard(run_of(broadcast), actor=master("lou"), reason="wrong list")
    go_to(broadcast)
    with pytest.raises(errors.NotInThisState):
        launch(broadcast)
    assert (broadcast.state, broadcast.production_run) == (State.APPROVED, None)
    assert not broadcast.gos.filter(void_at=None).exists()
